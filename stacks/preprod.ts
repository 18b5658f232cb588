import { compile, environmentStack, resolve } from 'stagegate';
import { platform, preprod } from '../examples/01-openluffy/platform';

/** What the stack of preprod applies: its namespace with limits and network floor, AppProject and Application. */
export default () => environmentStack(compile(resolve(platform)), preprod.environmentName);
