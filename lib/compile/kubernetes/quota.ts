import type { KubernetesObject } from '../../desired/desired-state';
import { requestedResources } from '../../desired/requested-resources';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import { bytesText, cpuText, tryBytes, tryCpu } from '../../values/quantity';
import { ACME_SOLVER, EPHEMERAL_STORAGE, UNSPECIFIED_CONTAINER } from './conventions';
import { environmentLabels } from './labels';
import { ENVIRONMENT_NAME } from './names';
import { answersChallenges } from './network';
import { kubernetesObject } from './object';

/**
 * The quota of an environment: the declared limits, else what its rendered services request while all of them roll out, with room for a
 * pod that answers a certificate's challenge. Declared limits bound requests, as `cpu` and `memory` do in a quota of Kubernetes.
 * Limits of containers are bounded where every container has one, at what they add up to or at the declared limit, whichever is more.
 */
export function resourceQuota(
  model: PlatformModel,
  environment: EnvironmentModel,
  namespace: string,
  services: readonly KubernetesObject[],
): KubernetesObject {
  const { cpu, memory, pods } = environment.limits;
  const needed = requestedResources([...services, ...(answersChallenges(environment) ? [solverPod()] : [])]);
  const hard: Record<string, string> = {
    pods: String(pods ?? needed.pods),
    'requests.cpu': cpu ?? cpuText(needed.requests.cpu),
    'requests.memory': memory ?? bytesText(needed.requests.memory),
  };
  if (needed.limits.cpu !== undefined) hard['limits.cpu'] = cpuText(Math.max(needed.limits.cpu, tryCpu(cpu ?? '0') ?? 0));
  if (needed.limits.memory !== undefined) hard['limits.memory'] = bytesText(Math.max(needed.limits.memory, tryBytes(memory ?? '0') ?? 0));
  return kubernetesObject(
    'v1/ResourceQuota',
    { name: ENVIRONMENT_NAME, namespace, labels: environmentLabels(model, environment) },
    { spec: { hard } },
  );
}

/** What a container gets that says nothing, never more than the environment as a whole may use. */
export function limitRange(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject {
  const { cpu, memory } = environment.limits;
  const { requests, limits } = UNSPECIFIED_CONTAINER;
  const max = { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
  return kubernetesObject(
    'v1/LimitRange',
    { name: ENVIRONMENT_NAME, namespace, labels: environmentLabels(model, environment) },
    {
      spec: {
        limits: [
          {
            type: 'Container',
            default: {
              cpu: atMost(limits.cpu, cpu, tryCpu),
              'ephemeral-storage': EPHEMERAL_STORAGE.limit,
              memory: atMost(limits.memory, memory, tryBytes),
            },
            defaultRequest: {
              cpu: atMost(requests.cpu, cpu, tryCpu),
              'ephemeral-storage': EPHEMERAL_STORAGE.request,
              memory: atMost(requests.memory, memory, tryBytes),
            },
            ...(Object.keys(max).length === 0 ? {} : { max }),
          },
        ],
      },
    },
  );
}

function atMost(quantity: string, bound: string | undefined, parse: (text: string) => number | undefined): string {
  return bound !== undefined && (parse(bound) ?? Number.POSITIVE_INFINITY) < (parse(quantity) ?? 0) ? bound : quantity;
}

/** One pod of cert-manager, as a quota counts it. */
function solverPod(): KubernetesObject {
  const { requests, limits } = ACME_SOLVER;
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'acme-solver' },
    spec: { template: { spec: { containers: [{ resources: { requests, limits } }] } } },
  };
}
