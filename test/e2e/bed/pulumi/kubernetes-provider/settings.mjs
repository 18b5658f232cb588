/** How a provider is configured, and whether its cluster can be reached. */

import { connect } from './api.mjs';
import { clusterOf } from './cluster.mjs';
import { UNKNOWN } from './shape.mjs';

const switches = {
  enablePatchForce: 'PULUMI_K8S_ENABLE_PATCH_FORCE',
  enableConfigMapMutable: 'PULUMI_K8S_ENABLE_CONFIGMAP_MUTABLE',
  enableSecretMutable: 'PULUMI_K8S_ENABLE_SECRET_MUTABLE',
  upsertExistingObjects: 'PULUMI_K8S_UPSERT_EXISTING_OBJECTS',
  deleteUnreachable: 'PULUMI_K8S_DELETE_UNREACHABLE',
};

/**
 * @typedef {object} Settings
 * @property {ReturnType<typeof connect> | undefined} api undefined when the cluster is unreachable
 * @property {string} [unreachable] why
 * @property {string} namespace of namespaced objects that name none
 */

/** @returns {Promise<Settings>} */
export async function settingsOf(config) {
  const known = Object.fromEntries(Object.entries(config).filter(([, value]) => value !== UNKNOWN));
  const switched = Object.entries(switches).map(([name, variable]) => [name, String(known[name] ?? process.env[variable]) === 'true']);
  const settings = Object.fromEntries(switched);
  try {
    if (config.kubeconfig === UNKNOWN) throw new Error('the kubeconfig is not known yet');
    const cluster = clusterOf(known);
    const api = connect(cluster);
    await api.get('/apis').catch(({ message }) => {
      throw new Error(`unable to load schema information from the API server: ${message}`);
    });
    return { ...settings, api, namespace: cluster.namespace };
  } catch ({ message }) {
    return { ...settings, api: undefined, namespace: known.namespace ?? 'default', unreachable: message };
  }
}

/**
 * Properties of the configuration whose change means another cluster, so that everything in it is made anew: its identifier where
 * there is one, else what decides which cluster of the kubeconfig it is.
 */
export function movesCluster(before, after, changed) {
  const [known, given] = [before.clusterIdentifier, after.clusterIdentifier];
  if (known !== undefined && given !== undefined) return known === given ? [] : ['clusterIdentifier'];
  const identity = (config) => {
    try {
      return clusterOf(config).identity;
    } catch {
      return undefined;
    }
  };
  const deciding = changed.filter((name) => ['kubeconfig', 'context', 'cluster'].includes(name));
  const unknown = deciding.filter((name) => after[name] === UNKNOWN);
  if (unknown.length > 0) return unknown;
  const [old, current] = [identity(before), identity(after)];
  return old !== undefined && current !== undefined && old !== current ? deciding : [];
}
