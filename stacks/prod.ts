import { compile, environmentStack, resolve } from 'stagegate';
import { platform, prod } from '../examples/01-openluffy/platform';

/** What the stack of prod applies: its namespace with limits and network floor, AppProject and Application. */
export default () => environmentStack(compile(resolve(platform)), prod.environmentName);
