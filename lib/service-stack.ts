import { Construct } from 'constructs';
import { type Environment, type Override, wholeNumber } from './environment';
import { assertReference, assertUnlocked, isNoun, markNoun, openScope } from './noun';
import type { Platform } from './platform';
import type { Repository } from './repository';
import { refuse, shown } from './values/diagnostic';
import { dnsLabel } from './values/name';
import type { Tier } from './values/tier';
import type { Build, JsonPatchOperation, Kind, Resources, Secret, Strategy } from './values/workload';

/** What a service may say differently in one environment. Scalars replace, records merge by key, lists replace. */
export interface ServiceRefinement {
  /** Pods. @default by tier */
  readonly replicas?: number;
  /** Pods by load, in place of a fixed number. @default none */
  readonly autoscaling?: { readonly min: number; readonly max: number; readonly cpuPercent?: number };
  /** How new pods replace old ones. @default rolling, one at a time, none missing */
  readonly strategy?: Strategy;
  /** CPU and memory that are reserved. @default by tier */
  readonly requests?: Resources;
  /** CPU and memory that may be used. @default by tier */
  readonly limits?: Resources;
  /** Environment variables; never secrets. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** Environment variables whose values come from a secret store. @default none */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** URL path on the environment's host. @default not exposed */
  readonly route?: string;
  /** Directories that the container may write to. @default none */
  readonly writable?: readonly string[];
}

export interface SidecarProps {
  /** Where its image comes from. */
  readonly build: Build;
  /** Port it listens on. @default none */
  readonly port?: number;
  /** Environment variables; never secrets. @default none */
  readonly env?: Readonly<Record<string, string>>;
  /** CPU and memory that are reserved. @default `10m` and `32Mi` */
  readonly requests?: Resources;
  /** CPU and memory that may be used. @default `100m` and `64Mi` */
  readonly limits?: Resources;
}

export interface ServiceStackProps extends ServiceRefinement {
  /** Where its image comes from. */
  readonly build: Build;
  /** Port it listens on. */
  readonly port: number;
  /** URL path that answers with success when it is healthy. */
  readonly health: string;
  /** Name of the service. @default its id */
  readonly name?: string;
  /** Repository of its source. @default the delivery repository */
  readonly repository?: Repository;
  /** Services that it calls, by the environment variable that gets their address. @default none */
  readonly uses?: Readonly<Record<string, ServiceStack>>;
  /** Where it may connect beside that: `name.namespace:port` in the cluster, `10.0.0.0/8:5432`, or `api.example.com:443`. @default nowhere */
  readonly egress?: readonly string[];
  /** Further containers of its pods, each with an image of its own in the release. @default none */
  readonly sidecars?: Readonly<Record<string, SidecarProps>>;
  /** Command in place of the image's own. @default the image's */
  readonly command?: readonly string[];
  /** Arguments in place of the image's own. @default the image's */
  readonly args?: readonly string[];
}

/** What `addObjects` is told about an environment. */
export interface EnvironmentFacts {
  readonly name: string;
  readonly tier: Tier;
  readonly namespace: string;
  readonly host: string;
}

/** One deployable service and the objects around it. */
export class ServiceStack extends Construct {
  static isServiceStack(value: unknown): value is ServiceStack {
    return isNoun(value, 'service');
  }

  readonly serviceName: string;
  readonly props: ServiceStackProps;
  private readonly refined = new Map<Environment, ServiceRefinement>();
  private readonly absent = new Map<Environment, { readonly reason: string; readonly until: string }>();
  private readonly changes: (Override & { readonly environment?: Environment })[] = [];
  private readonly added: ((environment: EnvironmentFacts) => readonly Readonly<Record<string, unknown>>[])[] = [];

  constructor(scope: Platform, id: string, props: ServiceStackProps) {
    super(openScope(scope, id), id);
    markNoun(this, 'service');
    const path = this.node.path;
    this.serviceName = dnsLabel(props.name ?? id, 'the name of the service', path, 52);
    wholeNumber(props.port, 1, 65_535, 'port', path);
    urlPath(props.health, 'health', path);
    checkRefinement(props, path);
    if (props.repository !== undefined) assertReference(this, props.repository, 'repository', 'repository');
    for (const [variable, service] of Object.entries(props.uses ?? {})) assertReference(this, service, 'service', `uses.${variable}`);
    for (const [name, sidecar] of Object.entries(props.sidecars ?? {})) {
      dnsLabel(name, 'the name of a sidecar', path, 52);
      wholeNumber(sidecar.port, 1, 65_535, `sidecars.${name}.port`, path);
    }
    this.props = props;
  }

  get refinements(): ReadonlyMap<Environment, ServiceRefinement> {
    return new Map(this.refined);
  }

  get absences(): ReadonlyMap<Environment, { readonly reason: string; readonly until: string }> {
    return new Map(this.absent);
  }

  get overrides(): readonly (Override & { readonly environment?: Environment })[] {
    return [...this.changes];
  }

  /** Objects that the program adds in an environment. */
  objectsFor(environment: EnvironmentFacts): readonly Readonly<Record<string, unknown>>[] {
    return this.added.flatMap((make) => make(environment));
  }

  /**
   * Says what is different in one environment.
   *
   * @throws InvalidValueError SG006 for a second refinement, or an absence, of the same environment.
   */
  in(environment: Environment, refinement: ServiceRefinement): void {
    this.claim(environment);
    checkRefinement(refinement, `${this.node.path} in ${environment.environmentName}`);
    this.refined.set(environment, refinement);
  }

  /** Says that the service does not run in an environment, why, and when this is looked at again (`YYYY-MM-DD`). */
  absentFrom(environment: Environment, props: { readonly reason: string; readonly until: string }): void {
    this.claim(environment);
    if (props.reason.trim() === '' || !/^\d{4}-\d\d-\d\d$/.test(props.until)) {
      refuse({
        code: 'SG015',
        name: 'invalid-absence',
        path: this.node.path,
        message: 'an absence has a reason and a day on which it is looked at again',
        given: shown(props),
        expected: "a reason, and until as 'YYYY-MM-DD'",
        remedy: 'write down why the service is absent, and until when',
      });
    }
    this.absent.set(environment, props);
  }

  /** Merges a partial object into the service's objects of a kind; containers and other lists of named things merge by name. */
  override(kind: Kind, partial: Readonly<Record<string, unknown>>, props: { readonly in?: Environment } = {}): void {
    assertUnlocked(this, this.node.path);
    this.changes.push({ kind, change: { merge: partial }, environment: props.in });
  }

  /** Applies a JSON Patch (RFC 6902) to the service's objects of a kind. */
  patch(kind: Kind, operations: readonly JsonPatchOperation[], props: { readonly in?: Environment } = {}): void {
    assertUnlocked(this, this.node.path);
    this.changes.push({ kind, change: { patch: operations }, environment: props.in });
  }

  /** Adds objects beside those that are compiled; called once an environment when the platform is resolved. */
  addObjects(make: (environment: EnvironmentFacts) => readonly Readonly<Record<string, unknown>>[]): void {
    assertUnlocked(this, this.node.path);
    this.added.push(make);
  }

  private claim(environment: Environment): void {
    assertUnlocked(this, this.node.path);
    assertReference(this, environment, 'environment', 'the environment');
    if (!this.refined.has(environment) && !this.absent.has(environment)) return;
    refuse({
      code: 'SG006',
      name: 'duplicate-declaration',
      path: this.node.path,
      message: `a second declaration for ${environment.environmentName}`,
      given: `.in or .absentFrom twice for ${environment.environmentName}`,
      expected: 'one declaration for a service in an environment',
      remedy: 'join the two',
    });
  }
}

/** @throws InvalidValueError SG001, SG007, SG016 for a name, a number or a path that does not fit. */
export function checkRefinement(refinement: ServiceRefinement, path: string): void {
  wholeNumber(refinement.replicas, 0, 1000, 'replicas', path);
  const scaling = refinement.autoscaling;
  if (scaling !== undefined) {
    wholeNumber(scaling.min, 1, 1000, 'autoscaling.min', path);
    wholeNumber(scaling.max, scaling.min, 1000, 'autoscaling.max', path);
    wholeNumber(scaling.cpuPercent, 1, 100, 'autoscaling.cpuPercent', path);
  }
  if (refinement.route !== undefined) urlPath(refinement.route, 'route', path);
  for (const variable of [...Object.keys(refinement.env ?? {}), ...Object.keys(refinement.secrets ?? {})]) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) {
      refuse({
        code: 'SG001',
        name: 'invalid-name',
        path,
        message: 'an environment variable has no name that a shell takes',
        given: shown(variable),
        expected: 'letters, digits and "_", first no digit',
        remedy: 'rename the variable',
      });
    }
  }
  for (const directory of refinement.writable ?? []) urlPath(directory, 'a writable directory', path);
}

/** @throws InvalidValueError SG016 unless the value is an absolute path. */
export function urlPath(value: string, what: string, path: string): void {
  if (typeof value === 'string' && /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*$/.test(value) && !value.includes('//')) return;
  refuse({
    code: 'SG016',
    name: 'invalid-path',
    path,
    message: `${what} is no absolute path`,
    given: shown(value),
    expected: "a path that starts with '/', for instance '/healthz'",
    remedy: `write ${what} as an absolute path`,
  });
}
