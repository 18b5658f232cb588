/** Reads a kubeconfig as kubectl does, without the ways to log in that start other programs. */

import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

/**
 * @typedef {object} Cluster
 * @property {URL} server
 * @property {string} namespace where namespaced objects without one belong
 * @property {string | undefined} token
 * @property {import('node:https').AgentOptions} tls
 * @property {string} identity what has to be the same for it to be the same cluster
 */

/**
 * The cluster that a provider is configured for.
 * @param {{ kubeconfig?: string, context?: string, cluster?: string, namespace?: string }} config kubeconfig: a path, or the text
 * @returns {Cluster}
 * @throws when there is no kubeconfig, or it does not have what it names.
 */
export function clusterOf(config) {
  const kubeconfig = kubeconfigOf(config);
  const contextName = config.context ?? kubeconfig['current-context'];
  const context = named(kubeconfig, 'contexts', contextName).context;
  const cluster = named(kubeconfig, 'clusters', config.cluster ?? context.cluster).cluster;
  const user = named(kubeconfig, 'users', context.user).user;
  if (user.exec !== undefined) throw new Error(`user ${context.user} logs in by a program, which this stand-in does not start`);
  return {
    server: new URL(cluster.server),
    namespace: config.namespace ?? context.namespace ?? 'default',
    token: user.token,
    tls: {
      ca: contents(cluster, 'certificate-authority'),
      cert: contents(user, 'client-certificate'),
      key: contents(user, 'client-key'),
      rejectUnauthorized: cluster['insecure-skip-tls-verify'] !== true,
    },
    identity: JSON.stringify(cluster, Object.keys(cluster).sort()),
  };
}

function kubeconfigOf({ kubeconfig }) {
  const given = kubeconfig || process.env.KUBECONFIG;
  if (!given) throw new Error('there is no kubeconfig: neither in the configuration of the provider nor in KUBECONFIG');
  if (given.includes('\n') || given.trimStart().startsWith('{')) return parse(given);
  if (!existsSync(given)) throw new Error(`the kubeconfig ${given} does not exist`);
  return parse(readFileSync(given, 'utf8'));
}

function named(kubeconfig, list, name) {
  const found = kubeconfig?.[list]?.find((entry) => entry.name === name);
  if (found === undefined) throw new Error(`the kubeconfig has no ${list.slice(0, -1)} "${name ?? ''}"`);
  return found;
}

function contents(entry, name) {
  const data = entry[`${name}-data`];
  if (data !== undefined) return Buffer.from(data, 'base64');
  return entry[name] === undefined ? undefined : readFileSync(entry[name]);
}
