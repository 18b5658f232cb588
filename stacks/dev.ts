import { compile, environmentStack, resolve } from 'stagegate';
import { dev, platform } from '../examples/01-openluffy/platform';

/** What the stack of dev applies: its namespace with limits and network floor, AppProject and Application. */
export default () => environmentStack(compile(resolve(platform)), dev.environmentName);
