import { RepositoryResources } from 'stagegate/pulumi';
import { platform } from '../examples/01-openluffy/platform';
import { repositoryConfig } from './config';

/** The stack of the repositories: rulesets, environments with variables and secrets, permissions of Actions. */
export default () => {
  const { inputs, options, secrets } = repositoryConfig(platform);
  return new RepositoryResources('github', { platform, inputs, secrets }, options).outputs;
};
