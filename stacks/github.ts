import { compile, repositoryStack, resolve } from 'stagegate';
import { platform } from '../examples/01-openluffy/platform';

/** What the stack of the repositories applies: rulesets, environments and Actions permissions. */
export default () => repositoryStack(compile(resolve(platform)));
