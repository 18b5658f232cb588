/** A provider of which a stack may have configuration: what stands before the colon of its keys. */
export type ConfiguredProvider = 'github' | 'kubernetes';

/** Keys that a provider reads from the configuration of a stack, as its documentation names them. */
export const PROVIDER_KEYS: Readonly<Record<ConfiguredProvider, readonly string[]>> = {
  github: [
    'appAuth',
    'baseUrl',
    'cachePath',
    'insecure',
    'legacyClient',
    'maxPerPage',
    'maxRetries',
    'organization',
    'owner',
    'parallelRequests',
    'readDelayMs',
    'retryDelayMs',
    'retryableErrors',
    'token',
    'writeDelayMs',
  ],
  kubernetes: [
    'alwaysRender',
    'cluster',
    'clusterIdentifier',
    'context',
    'deleteUnreachable',
    'enableConfigMapMutable',
    'enablePatchForce',
    'enableReplaceCRD',
    'enableSecretMutable',
    'enableServerSideApply',
    'helmReleaseSettings',
    'kubeClientSettings',
    'kubeconfig',
    'namespace',
    'renderYamlToDirectory',
    'skipUpdateUnreachable',
    'strictMode',
    'suppressDeprecationWarnings',
    'suppressHelmHookWarnings',
    'upsertExistingObjects',
  ],
};

/** Whether a key is one of a provider that is known here. */
export function isProviderKey(key: string): boolean {
  return Object.hasOwn(PROVIDER_KEYS, key.slice(0, Math.max(0, key.indexOf(':'))));
}
