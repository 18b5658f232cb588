/**
 * Environments and repositories of a platform as resources of a Pulumi program. Needs `@pulumi/pulumi`, and `@pulumi/kubernetes` or
 * `@pulumi/github` for what is made with them.
 */
export { type BoundInput, bindInput } from './bind-input';
export { type CheckedCluster, checkCluster, type ExpectedCluster } from './check-cluster';
export { chosenStack, type StackProgram } from './chosen-stack';
export { checkPlatform } from './compiled-platform';
export { ConfigKey, type ConfigKeyProps, type ConfigText } from './config-key';
export { type EnvironmentOutputs, EnvironmentResources, type EnvironmentResourcesProps } from './environment-resources';
export type { ConfiguredProvider } from './provider-keys';
export { type RecordedRelease, type RecordedReleaseOptions, recordedRelease } from './recorded-release';
export { RefusedProgramError } from './refusal';
export { type RepositoryOutputs, RepositoryResources, type RepositoryResourcesProps } from './repository-resources';
export { type ConfigOf, type StackConfigOptions, stackConfig } from './stack-config';
