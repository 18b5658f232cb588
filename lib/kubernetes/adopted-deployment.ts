import { InvalidValueError, refuse, shown } from '../values/diagnostic';
import { assertNeighbour, described, type ForeignObject, isForeignObject, type Place } from './place';

/** A Deployment of cdk8s-plus, of whichever version of Kubernetes. */
export interface DeploymentObject extends ForeignObject {
  /** What selects its pods. */
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly unknown[];
  readonly containers: readonly { readonly ports: readonly { readonly number: number }[] }[];
  readonly replicas?: number;
  readonly hasAutoscaler: boolean;
  /** Tells the Deployment that something else says how many pods there are. */
  markHasAutoscaler(): void;
}

/** What is taken from a Deployment that somebody else made. */
export interface AdoptedDeployment {
  readonly selector: Readonly<Record<string, string>>;
  readonly port: number;
  readonly replicas: number;
}

/** Pods of a Deployment of cdk8s-plus that does not say how many. */
const PLUS_REPLICAS = 2;

/**
 * What is known of a Deployment of cdk8s-plus: what selects its pods, and the port that is meant.
 *
 * @throws InvalidValueError SG009 when it is none or out of reach, SG076 when a Service cannot select its pods, or the port is unclear.
 */
export function adoptedDeployment(deployment: DeploymentObject, port: number | undefined, place: Place): AdoptedDeployment {
  if (!isDeployment(deployment)) {
    refuse({
      code: 'SG009',
      name: 'foreign-reference',
      path: place.path,
      message: 'the deployment is none',
      given: described(deployment),
      expected: 'a Deployment of cdk8s-plus',
      remedy: 'pass the Deployment itself, or give image, port and health in place of it',
    });
  }
  const { path, root } = deployment.node;
  assertNeighbour(place, { path, root, namespace: deployment.metadata.namespace }, 'the deployment');
  const selector = deployment.matchLabels;
  if (Object.keys(selector).length === 0 || deployment.matchExpressions.length > 0) {
    refuse({
      code: 'SG076',
      name: 'unsuitable-deployment',
      path: place.path,
      message: 'a Service cannot select the pods of the deployment',
      given: Object.keys(selector).length === 0 ? `${path}, which selects by no labels` : `${path}, which selects by expressions`,
      expected: 'a Deployment that selects its pods by labels alone',
      remedy: 'select them with Deployment.select(LabelSelector.of({ labels }))',
    });
  }
  return { selector, port: servedPort(deployment, port, place), replicas: deployment.replicas ?? PLUS_REPLICAS };
}

/** What is wrong when a Deployment selects its pods otherwise than when it was adopted. */
export function changedSelector(deployment: DeploymentObject, selector: AdoptedDeployment['selector'], place: Place): string[] {
  if (JSON.stringify(deployment.matchLabels) === JSON.stringify(selector) && deployment.matchExpressions.length === 0) return [];
  const wrong = new InvalidValueError({
    code: 'SG076',
    name: 'unsuitable-deployment',
    path: place.path,
    message: 'the deployment selects other pods than when it was adopted',
    given: shown(deployment.matchLabels),
    expected: shown(selector),
    remedy: 'call select() before the Workload is declared',
  });
  return [wrong.message];
}

function servedPort(deployment: DeploymentObject, wanted: number | undefined, place: Place): number {
  const known = deployment.containers.flatMap((container) => container.ports.map(({ number }) => number));
  const [only] = known;
  if (wanted === undefined && only !== undefined && known.length === 1) return only;
  if (wanted !== undefined && (known.length === 0 || known.includes(wanted))) return wanted;
  return refuse({
    code: 'SG076',
    name: 'unsuitable-deployment',
    path: place.path,
    message: wanted === undefined ? 'it is not said which port the deployment serves' : 'the deployment has no such port',
    given: `${wanted === undefined ? '' : `port ${wanted} of `}${deployment.node.path} with ${known.length === 0 ? 'no port' : known.join(', ')}`,
    expected: 'a port of one of its containers',
    remedy: wanted === undefined ? 'say which: { deployment, port }' : 'name a port that a container has',
  });
}

function isDeployment(value: unknown): value is DeploymentObject {
  if (!isForeignObject(value, 'Deployment')) return false;
  const { matchLabels, matchExpressions, containers } = value as Partial<DeploymentObject>;
  return typeof matchLabels === 'object' && Array.isArray(matchExpressions) && Array.isArray(containers);
}
