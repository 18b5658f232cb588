import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { openSlots } from '../compile/bind';
import type { DesiredEnvironment, KubernetesObject } from '../desired/desired-state';
import { Environment } from '../environment';
import { Platform } from '../platform';
import { refuse, shown } from '../values/diagnostic';
import { boundEnvironment, type EnvironmentValues } from './bound-environment';
import { isGuest, markGuest } from './guest';
import { Manifest } from './manifest';
import { pathBelow, treeScope } from './place';

/** An environment, and what fills its slots. */
export interface EnvironmentChartProps extends EnvironmentValues {
  /** The environment, declared on a Platform. */
  readonly environment: Environment;
  /**
   * Which objects: those that exist before any release (`bootstrap`), those of the services (`manifests`), or both. The two are what
   * `stagegate render` writes to folders of these names. A chart of `bootstrap` needs no images.
   * @default 'all'
   */
  readonly part?: 'all' | 'bootstrap' | 'manifests';
}

/**
 * A whole environment as a chart of a cdk8s app, beside the charts that are there already: `new EnvironmentChart(app, 'prod', { environment,
 * images })`. What `App.synth` writes for each object is what `stagegate render` writes, byte for byte, and the objects come in the same
 * order: the environment's own, then service by service. Each is a direct child with the name of its rendered file, for instance
 * `backend.deployment-backend`.
 */
export class EnvironmentChart extends Chart {
  /** Whether a value is an EnvironmentChart, also of another loaded copy of the package. */
  static isEnvironmentChart(value: unknown): value is EnvironmentChart {
    return isGuest(value, 'environment-chart');
  }

  /** The environment whose objects these are. */
  readonly environment: Environment;

  /**
   * @throws InvalidValueError SG009 when `environment` is none, or the scope is a Platform; SG023 for a slot without a value; SG073 within
   * another chart; SG074 when the environment is not on Kubernetes; SG080 when the app is of another version of constructs; SG006, SG010, SG022 and SG072 for values that fit no slot.
   */
  constructor(scope: Construct, id: string, props: EnvironmentChartProps) {
    super(appScope(scope, id), id, { disableResourceNameHashes: true });
    markGuest(this, 'environment-chart');
    const { path } = this.node;
    this.environment = assertEnvironment(props.environment, path);
    const bound = boundEnvironment(this.environment, props, path);
    if (bound.target !== 'kubernetes') refuseTarget(bound, path);
    const chosen = objectsOf(bound, props.part ?? 'all');
    refuseOpenSlots(chosen, path);
    for (const [group, object] of chosen) new Manifest(this, `${group}.${object.kind.toLowerCase()}-${object.metadata.name}`, object);
  }
}

type GroupedObject = readonly [group: string, object: KubernetesObject];

function objectsOf({ bootstrap, services }: DesiredEnvironment, part: 'all' | 'bootstrap' | 'manifests'): GroupedObject[] {
  return [
    ...(part === 'manifests' ? [] : bootstrap.map((object) => ['bootstrap', object] as const)),
    ...(part === 'bootstrap' ? [] : services.flatMap(({ name, objects }) => objects.map((object) => [name, object] as const))),
  ];
}

/** The scope, if a chart may stand there: evaluated in the call of `super`. */
function appScope(scope: Construct, id: string): Construct {
  const path = pathBelow(scope, id);
  if (Platform.isPlatform(scope.node.root)) {
    refuse({
      code: 'SG009',
      name: 'foreign-reference',
      path,
      message: 'a chart belongs to an app of cdk8s',
      given: `the platform ${scope.node.root.node.id} as its root`,
      expected: 'an App, or a construct within one',
      remedy: "declare it with the app as scope: new EnvironmentChart(app, 'prod', { environment })",
    });
  }
  const outer = scope.node.scopes.find((candidate) => Chart.isChart(candidate));
  if (outer !== undefined) {
    refuse({
      code: 'SG073',
      name: 'chart-within-chart',
      path,
      message: 'an environment stands within another chart',
      given: `the chart ${outer.node.path} around it`,
      expected: 'charts side by side: cdk8s makes each object of the outer one depend on each of the inner one',
      remedy: 'declare it with the app as scope',
    });
  }
  return treeScope(scope, id);
}

function assertEnvironment(environment: unknown, path: string): Environment {
  if (Environment.isEnvironment(environment)) return environment;
  return refuse({
    code: 'SG009',
    name: 'foreign-reference',
    path,
    message: 'the environment is none',
    given: typeof environment === 'object' ? 'an object that is no environment' : shown(environment),
    expected: 'an Environment that is declared on a Platform',
    remedy: 'pass the Environment itself, as the program exports it',
  });
}

function refuseTarget({ name, target }: DesiredEnvironment, path: string): never {
  return refuse({
    code: 'SG074',
    name: 'not-on-kubernetes',
    path,
    message: 'the environment has no objects',
    given: `${name} on ${target}`,
    expected: 'an environment whose target is Kubernetes',
    remedy: 'leave the chart out',
  });
}

function refuseOpenSlots(objects: readonly GroupedObject[], path: string): void {
  const open = openSlots(objects);
  if (open.length === 0) return;
  refuse({
    code: 'SG023',
    name: 'unbound-slot',
    path,
    message: `${open.length === 1 ? 'a slot has' : `${open.length} slots have`} no value`,
    given: open.join(', '),
    expected: 'a value for every slot',
    remedy: "give images by service, images: { backend: 'registry/name@sha256:…' }, or a release; other slots in values",
  });
}
