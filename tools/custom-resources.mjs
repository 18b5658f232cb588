/**
 * The Go modules that the project's Kubernetes knowledge is taken from, each at one version: the API server's own
 * description of the built-in kinds, and the custom resource definitions of the controllers that stagegate emits objects for.
 * `tools/schemas.mjs` makes the schemas of `lib/compile/kubernetes/schema` from them, `tools/toolchain.mjs` copies the
 * definitions for the API server of the test bed.
 */

import { execFileSync } from 'node:child_process';

export const kubernetes = { module: 'k8s.io/kubernetes', version: 'v1.36.3', file: 'api/openapi-spec/swagger.json' };

export const customResources = [
  {
    name: 'argo-cd',
    module: 'github.com/argoproj/argo-cd/v3',
    version: 'v3.2.11',
    folder: 'manifests/crds',
    kinds: ['Application', 'AppProject'],
  },
  {
    name: 'cert-manager',
    module: 'github.com/cert-manager/cert-manager',
    version: 'v1.21.1',
    folder: 'deploy/crds',
    kinds: ['Certificate', 'Issuer'],
  },
  {
    name: 'external-secrets',
    module: 'github.com/external-secrets/external-secrets',
    version: 'v1.3.2',
    folder: 'config/crds/bases',
    kinds: ['ExternalSecret', 'SecretStore'],
  },
  {
    name: 'prometheus-operator',
    module: 'github.com/prometheus-operator/prometheus-operator',
    version: 'v0.93.0',
    folder: 'example/prometheus-operator-crd',
    kinds: ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'],
  },
  {
    name: 'gateway-api',
    module: 'sigs.k8s.io/gateway-api',
    version: 'v1.6.1',
    folder: 'config/crd/standard',
    kinds: ['Gateway', 'HTTPRoute'],
  },
];

/** Folder of a module in the Go module cache, downloaded (and checked against the public checksum database) when it is not there. */
export function moduleFolder({ module, version }) {
  let answer;
  try {
    answer = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (failure) {
    if (failure.code === 'ENOENT') throw new Error('go is not on the PATH; Go 1.26 or later is needed');
    let reason = String(failure.stderr ?? '').trim();
    try {
      reason = JSON.parse(failure.stdout).Error ?? reason;
    } catch {
      // go failed before it could answer in JSON: what it wrote on stderr says why
    }
    throw new Error(`go mod download ${module}@${version}: ${reason || failure.message}`);
  }
  return JSON.parse(answer).Dir;
}
