import type { DesiredEnvironment, KubernetesObject } from '../../lib/desired/desired-state';
import type { EnvironmentDifference, ObjectChange } from '../../lib/diff/difference';
import { environmentDifference } from '../../lib/diff/environment-difference';
import type { Tier } from '../../lib/values/tier';

/** An environment whose services are what the objects say; those of `stack` are its own. */
export function environment(
  services: Readonly<Record<string, readonly KubernetesObject[]>>,
  { stack = [], name = 'prod', tier = 'production' }: { stack?: readonly KubernetesObject[]; name?: string; tier?: Tier } = {},
): DesiredEnvironment {
  return {
    name,
    tier,
    lifecycle: 'active',
    target: 'kubernetes',
    bootstrap: stack,
    services: Object.entries(services).map(([service, objects]) => ({ name: service, objects, overridden: [] })),
  };
}

/** What changes between two environments; a failure when nothing does. */
export function differenceBetween(base: DesiredEnvironment, head: DesiredEnvironment): EnvironmentDifference {
  const found = environmentDifference({ environment: base }, { environment: head });
  if (found === undefined) throw new Error('nothing changes');
  return found;
}

/** What changes when the objects of one service change, or its environment's with them. */
export function changesBetween(
  base: readonly KubernetesObject[],
  head: readonly KubernetesObject[],
  tier: Tier = 'production',
): readonly ObjectChange[] {
  const found = environmentDifference(
    { environment: environment({ api: base }, { tier }) },
    { environment: environment({ api: head }, { tier }) },
  );
  return found?.changes ?? [];
}

/** One line for each change: what happens to which object, and where it was. */
export function told(changes: readonly ObjectChange[]): string[] {
  return changes.map(
    ({ action, kind, name, previous }) => `${action} ${kind} ${previous === undefined ? '' : `${previous.name} → `}${name}`,
  );
}

interface Given {
  readonly [field: string]: unknown;
}

/** An object in the namespace `shop`. */
export function object(apiVersion: string, kind: string, name: string, content: Given = {}, metadata: Given = {}): KubernetesObject {
  return { apiVersion, kind, metadata: { name, namespace: 'shop', ...metadata }, ...content } as KubernetesObject;
}

export function configMap(name: string, data: Given, more: Given = {}): KubernetesObject {
  return object('v1', 'ConfigMap', name, { data, ...more });
}

/** A Deployment of one container; what is given of the container and of the pod is merged in. */
export function deployment(
  name: string,
  { container = {}, pod = {}, spec = {} }: { container?: Given; pod?: Given; spec?: Given } = {},
): KubernetesObject {
  const labels = { 'app.kubernetes.io/name': name };
  const containers = [{ name, image: `ghcr.io/acme/${name}@sha256:${'a'.repeat(64)}`, ...container }];
  return object('apps/v1', 'Deployment', name, {
    spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers, ...pod } }, ...spec },
  });
}
