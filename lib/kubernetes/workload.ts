import { Construct } from 'constructs';
import { sortObjects } from '../compile/kubernetes/object';
import { availabilityObjects, clusterService, workloadObjects } from '../compile/kubernetes/workload';
import type { Autoscaling, WorkloadIdentity, WorkloadSpec } from '../compile/kubernetes/workload-spec';
import type { KubernetesObject } from '../desired/desired-state';
import { wholeNumber } from '../environment';
import type { SecretModel } from '../model/platform-model';
import { TIER_DEFAULTS } from '../model/tier-defaults';
import { checkRefinement, urlPath } from '../service-stack';
import { refuse, shown } from '../values/diagnostic';
import { type ImageReference, imageByDigest } from '../values/image';
import { dnsLabel } from '../values/name';
import { tryBytes, tryCpu } from '../values/quantity';
import type { Resources, Secret, Strategy } from '../values/workload';
import { adoptedDeployment, changedSelector, type DeploymentObject } from './adopted-deployment';
import { isGuest, markGuest } from './guest';
import { Manifest } from './manifest';
import { chartScope, type Place, placeOf } from './place';
import { addressOf, type ServiceObject } from './service-target';

/** What a Workload is told, whoever made its Deployment. */
export interface CommonWorkloadProps {
  /** Name of its objects, a DNS label of at most 52 characters. @default the id */
  readonly name?: string;
  /** Further labels of its objects and pods. Those that select pods cannot be changed. @default none */
  readonly labels?: Readonly<Record<string, string>>;
  /** Pods by load, in place of a fixed number; `cpuPercent` of what is reserved, 80 when absent. @default none */
  readonly autoscaling?: { readonly min: number; readonly max: number; readonly cpuPercent?: number };
}

/** A Workload whose Deployment is made here. */
export interface WorkloadProps extends CommonWorkloadProps {
  /** Image by its digest: `registry/name@sha256:…`, or as a release records it. */
  readonly image: string | ImageReference;
  /** Port it listens on, and port of its Service. */
  readonly port: number;
  /** URL path that answers with success when it is healthy. */
  readonly health: string;
  /** Pods. @default 2 */
  readonly replicas?: number;
  /** How new pods replace old ones. @default rolling, one at a time, none missing */
  readonly strategy?: Strategy;
  /** CPU and memory that are reserved. @default `100m` and `128Mi` */
  readonly requests?: Resources;
  /** CPU and memory that may be used. @default `1` and `256Mi` */
  readonly limits?: Resources;
  /** Environment variables; never secrets. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables that External Secrets reads from a store; `{service}` in a path is the name. @default none */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** What it calls, by the environment variable that gets the address. @default none */
  readonly uses?: Readonly<Record<string, Workload | ServiceObject>>;
  /** Directories that the container may write to, each at most 512Mi. @default none */
  readonly writable?: readonly string[];
  /** Command in place of the image's own. @default the image's */
  readonly command?: readonly string[];
  /** Arguments in place of the image's own. @default the image's */
  readonly args?: readonly string[];
  readonly deployment?: undefined;
}

/** A Workload around a Deployment of cdk8s-plus, which stays as it is. */
export interface AdoptedWorkloadProps extends CommonWorkloadProps {
  /** The Deployment, of the same chart or of one with the same namespace. */
  readonly deployment: DeploymentObject;
  /** Port that its pods listen on, and port of its Service. @default the only port of its containers */
  readonly port?: number;
  readonly image?: undefined;
  readonly health?: undefined;
}

/**
 * A deployable in somebody's own chart, with the objects and the defaults that a service of an environment has: ServiceAccount without
 * token, Service, Deployment with probes and without privileges, ConfigMap, ExternalSecret, HorizontalPodAutoscaler, and from two pods on
 * PodDisruptionBudget and spread. Names come from `name`, never from the construct path.
 *
 * With `deployment` it adopts a Deployment of cdk8s-plus and adds the Service, the autoscaler and the disruption budget.
 */
export class Workload extends Construct {
  /** Whether a value is a Workload, also of another loaded copy of the package. */
  static isWorkload(value: unknown): value is Workload {
    return isGuest(value, 'workload');
  }

  /** Name of its objects, and of its Service. */
  readonly workloadName: string;
  /** Port of its Service, which bears the name `http`. */
  readonly port: number;
  /** Labels that select its pods, for policies and monitors of your own. */
  readonly selector: Readonly<Record<string, string>>;

  /**
   * @throws InvalidValueError SG001, SG007, SG010, SG016, SG075 for a name, number, image, path or amount that does not fit; SG009 outside of
   * a chart, and for what it cannot refer to; SG076 for a Deployment that cannot be adopted.
   */
  constructor(scope: Construct, id: string, props: WorkloadProps | AdoptedWorkloadProps) {
    super(chartScope(scope, id), id);
    markGuest(this, 'workload');
    const place = placeOf(this);
    this.workloadName = dnsLabel(props.name ?? id, 'the name of the workload', place.path, 52);
    const { identity, port, objects } =
      props.deployment === undefined ? ownDeployment(this.workloadName, props, place) : aroundDeployment(this.workloadName, props, place);
    this.port = port;
    this.selector = identity.selector;
    for (const object of objects) new Manifest(this, object.kind, object);
    this.node.defaultChild = this.node.tryFindChild('Deployment');
    if (props.deployment !== undefined)
      this.node.addValidation({ validate: () => changedSelector(props.deployment, this.selector, place) });
  }
}

interface Parts {
  readonly identity: WorkloadIdentity;
  readonly port: number;
  readonly objects: readonly KubernetesObject[];
}

/** Seconds after which a rollout without progress counts as failed: the default of Kubernetes. */
const PROGRESS_SECONDS = 600;

function ownDeployment(name: string, props: WorkloadProps, place: Place): Parts {
  const { path } = place;
  if (props.port === undefined) refuseWithoutPort(path);
  wholeNumber(props.port, 1, 65_535, 'port', path);
  urlPath(props.health, 'health', path);
  checkRefinement(props, path);
  const labels = labelsOf(name, props.labels, path);
  const defaults = TIER_DEFAULTS.production;
  const spec: WorkloadSpec = {
    name,
    ...namespaceOf(place),
    labels,
    selector: selectorOf(name),
    image: imageByDigest(props.image, path),
    port: props.port,
    health: props.health,
    command: props.command ?? [],
    args: props.args ?? [],
    replicas: props.replicas ?? defaults.replicas,
    ...autoscalingOf(props),
    strategy: props.strategy ?? defaults.strategy,
    requests: { ...defaults.requests, ...amounts(props.requests, 'requests', path) },
    limits: { ...defaults.limits, ...amounts(props.limits, 'limits', path) },
    env: { ...addresses(props.uses, place), ...props.env },
    secrets: Object.entries(props.secrets ?? {})
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([variable, secret]) => secretOf(variable, secret, name, path)),
    writable: props.writable ?? [],
    sidecars: [],
    progressSeconds: PROGRESS_SECONDS,
  };
  return { identity: spec, port: spec.port, objects: sortObjects(workloadObjects(spec)) };
}

function aroundDeployment(name: string, props: AdoptedWorkloadProps, place: Place): Parts {
  const { deployment } = props;
  wholeNumber(props.port, 1, 65_535, 'port', place.path);
  checkRefinement({ autoscaling: props.autoscaling }, place.path);
  refuseOtherProps(props, place.path);
  const { selector, port, replicas } = adoptedDeployment(deployment, props.port, place);
  const identity = { name, ...namespaceOf(place), labels: labelsOf(name, props.labels, place.path), selector };
  const scaled = autoscalingOf(props);
  if (scaled.autoscaling !== undefined) takeScaling(deployment, place);
  const objects = [clusterService(identity, port, port), ...availabilityObjects(identity, { replicas, ...scaled }, deployment.name)];
  return { identity, port, objects };
}

function refuseWithoutPort(path: string): never {
  return refuse({
    code: 'SG007',
    name: 'invalid-number',
    path,
    message: 'nothing says which port it listens on',
    given: shown(undefined),
    expected: 'a whole number from 1 to 65535',
    remedy: 'add port',
  });
}

function namespaceOf({ namespace }: Place): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function selectorOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/instance': name, 'app.kubernetes.io/name': name };
}

function labelsOf(name: string, labels: Readonly<Record<string, string>> = {}, path: string): Record<string, string> {
  const selector = selectorOf(name);
  const changed = Object.keys(labels).filter((label) => label in selector && labels[label] !== selector[label]);
  if (changed.length === 0) return { ...labels, ...selector };
  return refuse({
    code: 'SG077',
    name: 'changed-selector',
    path,
    message: 'a label that follows from the name is given another value',
    given: changed.map((label) => `${label}: ${labels[label]}`).join(', '),
    expected: changed.map((label) => `${label}: ${selector[label]}`).join(', '),
    remedy: 'choose another label',
  });
}

function autoscalingOf({ autoscaling }: CommonWorkloadProps): { readonly autoscaling?: Autoscaling } {
  return autoscaling === undefined ? {} : { autoscaling: { ...autoscaling, cpuPercent: autoscaling.cpuPercent ?? 80 } };
}

function addresses(uses: WorkloadProps['uses'] = {}, place: Place): Record<string, string> {
  return Object.fromEntries(Object.entries(uses).map(([variable, used]) => [variable, addressOf(used, place, `uses.${variable}`)]));
}

function amounts(resources: Resources | undefined, what: string, path: string): Resources {
  const { cpu, memory } = resources ?? {};
  const check = (amount: string | undefined, field: string, read: (text: string) => number | undefined, example: string): void => {
    if (amount === undefined || (typeof amount === 'string' && read(amount) !== undefined)) return;
    refuse({
      code: 'SG075',
      name: 'invalid-amount',
      path,
      message: `${what}.${field} is no amount`,
      given: shown(amount),
      expected: `an amount as Kubernetes writes it, for instance ${example}`,
      remedy: `correct ${what}.${field}`,
    });
  };
  check(cpu, 'cpu', tryCpu, "'250m'");
  check(memory, 'memory', tryBytes, "'256Mi'");
  return { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) };
}

function secretOf(variable: string, secret: Secret, name: string, path: string): SecretModel {
  if (typeof secret?.path !== 'string' || typeof secret.store !== 'string' || secret.path.includes('{environment}')) {
    refuse({
      code: 'SG078',
      name: 'invalid-secret',
      path,
      message: `secrets.${variable} is no reference to a secret store`,
      // A value that was given in place of a reference is not repeated.
      given: typeof secret?.path === 'string' ? `path ${secret.path}` : `a value of type ${typeof secret}`,
      expected: "Secret.external('shop/database-url'), in which only {service} is replaced",
      remedy: 'put the value into the store and refer to it by its path',
    });
  }
  const secretPath = secret.path.replaceAll('{service}', name);
  return { variable, store: secret.store, secretPath, ...(secret.key === undefined ? {} : { key: secret.key }) };
}

const ADOPTED_PROPS: readonly string[] = ['deployment', 'port', 'name', 'labels', 'autoscaling'];

function refuseOtherProps(props: AdoptedWorkloadProps, path: string): void {
  const given = Object.entries(props).flatMap(([prop, value]) => (value === undefined || ADOPTED_PROPS.includes(prop) ? [] : [prop]));
  if (given.length === 0) return;
  refuse({
    code: 'SG076',
    name: 'unsuitable-deployment',
    path,
    message: 'the deployment says already how its pods are',
    given: given.join(', '),
    expected: `beside deployment only ${ADOPTED_PROPS.slice(1).join(', ')}`,
    remedy: 'say it where the Deployment is declared, or leave deployment out',
  });
}

function takeScaling(deployment: DeploymentObject, { path }: Place): void {
  if (deployment.hasAutoscaler) {
    refuse({
      code: 'SG076',
      name: 'unsuitable-deployment',
      path,
      message: 'the deployment has an autoscaler already',
      given: `autoscaling for ${deployment.node.path}`,
      expected: 'one autoscaler for a Deployment',
      remedy: 'leave autoscaling out',
    });
  }
  deployment.markHasAutoscaler();
}
