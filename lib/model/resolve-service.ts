import type { Environment, Override } from '../environment';
import type { Platform } from '../platform';
import type { Repository } from '../repository';
import type { EnvironmentFacts, ServiceRefinement, ServiceStack } from '../service-stack';
import { refuse, shown } from '../values/diagnostic';
import type { Build, JsonPatchOperation, Secret } from '../values/workload';
import { parseEgress } from './egress';
import type { EnvironmentModel, Json, OverrideModel, SecretModel, ServiceInEnvironmentModel, ServiceModel } from './platform-model';
import { joinLayers } from './precedence';
import { SIDECAR_DEFAULTS, TIER_DEFAULTS } from './tier-defaults';

/** The services of a platform, each as it runs in every environment that it is not absent from. */
export function resolveServices(
  platform: Platform,
  services: readonly ServiceStack[],
  environments: readonly Environment[],
  models: readonly EnvironmentModel[],
  delivery: Repository,
): ServiceModel[] {
  const names = services.map((service) => service.serviceName);
  return services.map((service, index) => {
    const { props, serviceName: name } = service;
    const path = service.node.path;
    if (names.indexOf(name) !== index) {
      refuse({
        code: 'SG006',
        name: 'duplicate-declaration',
        path,
        message: 'two services have one name',
        given: shown(name),
        expected: 'names that differ within a platform',
        remedy: 'rename one of the two',
      });
    }
    return {
      path,
      name,
      repository: (props.repository ?? delivery).repositoryName,
      build: props.build,
      image: imageRepository(platform, props.build, name),
      port: props.port,
      health: { path: props.health },
      command: props.command ?? [],
      args: props.args ?? [],
      uses: byKey(props.uses ?? {}).map(([variable, used]) => ({ variable, service: used.serviceName })),
      egress: (props.egress ?? []).map((text) => parseEgress(text, path)),
      sidecars: byKey(props.sidecars ?? {}).map(([sidecar, own]) => ({
        name: sidecar,
        build: own.build,
        image: imageRepository(platform, own.build, `${name}-${sidecar}`),
        ...(own.port === undefined ? {} : { port: own.port }),
        env: sorted(own.env ?? {}),
        requests: { ...SIDECAR_DEFAULTS.requests, ...own.requests },
        limits: { ...SIDECAR_DEFAULTS.limits, ...own.limits },
      })),
      environments: models.flatMap((model) => {
        const environment = environments.find((candidate) => candidate.environmentName === model.name) as Environment;
        return service.absences.has(environment) ? [] : [inEnvironment(platform, service, environment, model)];
      }),
      absences: [...service.absences]
        .map(([environment, absence]) => ({ environment: environment.environmentName, ...absence }))
        .sort((a, b) => (a.environment < b.environment ? -1 : 1)),
    };
  });
}

function inEnvironment(
  platform: Platform,
  service: ServiceStack,
  environment: Environment,
  model: EnvironmentModel,
): ServiceInEnvironmentModel {
  const path = service.node.path;
  const tier = TIER_DEFAULTS[model.tier];
  const profile = platform.props.profiles?.[model.tier];
  const joined = joinLayers<ServiceRefinement>([
    { replicas: tier.replicas, requests: tier.requests, limits: tier.limits, strategy: tier.strategy },
    { replicas: profile?.replicas, requests: profile?.requests, limits: profile?.limits, strategy: profile?.strategy },
    { replicas: environment.props.replicas, env: { LOG_LEVEL: model.logLevel, ...model.settings } },
    service.props,
    service.refinements.get(environment),
  ]);
  const scaling = joined.autoscaling;
  const facts: EnvironmentFacts = {
    name: model.name,
    tier: model.tier,
    namespace: model.target.kind === 'kubernetes' ? model.target.namespace : '',
    host: model.host,
  };
  return {
    environment: model.name,
    replicas: joined.replicas ?? tier.replicas,
    ...(scaling === undefined ? {} : { autoscaling: { min: scaling.min, max: scaling.max, cpuPercent: scaling.cpuPercent ?? 80 } }),
    strategy: joined.strategy ?? tier.strategy,
    requests: joined.requests ?? tier.requests,
    limits: joined.limits ?? tier.limits,
    env: sorted(joined.env ?? {}),
    secrets: byKey(joined.secrets ?? {}).map(([variable, secret]) => secretModel(variable, secret, model.name, service.serviceName)),
    ...(joined.route === undefined ? {} : { route: joined.route }),
    writable: joined.writable ?? [],
    overrides: service.overrides
      .filter((override) => override.environment === undefined || override.environment === environment)
      .map((override) => plainOverride(override, path)),
    addedObjects: service.objectsFor(facts).map((object) => plainJson(object, `${path} in ${model.name}`)),
  };
}

function secretModel(variable: string, secret: Secret, environment: string, service: string): SecretModel {
  const secretPath = secret.path.replaceAll('{environment}', environment).replaceAll('{service}', service);
  return { variable, store: secret.store, secretPath, ...(secret.key === undefined ? {} : { key: secret.key }) };
}

function imageRepository(platform: Platform, build: Build, name: string): string {
  return build.kind === 'image' ? build.repository : `${platform.props.registry}/${platform.platformName}/${name}`;
}

function byKey<T>(record: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(byKey(record));
}

/** An override as plain data. */
export function plainOverride({ kind, change }: Override, path: string): OverrideModel {
  if ('merge' in change) return { kind, change: { merge: plainJson(change.merge, path) } };
  const patch = change.patch.map(
    (operation): JsonPatchOperation =>
      operation.op === 'remove'
        ? operation
        : { op: operation.op, path: operation.path, value: plainJson(operation.value, path, operation.path) },
  );
  return { kind, change: { patch } };
}

/**
 * A copy of a value that is nothing but JSON.
 *
 * @throws InvalidValueError SG021 when it holds a function, a Date, an Output or anything else that JSON has no word for.
 */
export function plainJson(value: unknown, path: string, at = ''): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return value;
  if (Array.isArray(value)) return value.map((item, index) => plainJson(item, path, `${at}/${index}`));
  if (typeof value === 'object' && isRecord(value)) {
    return Object.fromEntries(
      Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => [key, plainJson(item, path, `${at}/${key}`)]),
    );
  }
  return refuse({
    code: 'SG021',
    name: 'not-plain-data',
    path,
    message: `the value at ${at === '' ? '/' : at} is no plain data`,
    given: typeof value === 'object' ? `a ${value.constructor.name}` : typeof value === 'number' ? String(value) : `a ${typeof value}`,
    expected: 'text, numbers, true, false, null, lists and records',
    remedy: 'give the plain value; a value that is known only after infrastructure was applied goes into a slot',
  });
}

/** Whether an object is a plain one, also of another realm, whose Object is not ours. */
function isRecord(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
