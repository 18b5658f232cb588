import { BranchProtection } from '../../lib/branch-protection';
import { Environment } from '../../lib/environment';
import type { EnvironmentModel, Json, PlatformModel, ServiceInEnvironmentModel, ServiceModel } from '../../lib/model/platform-model';
import { resolve } from '../../lib/model/resolve';
import { Platform } from '../../lib/platform';
import { PromotionPolicy } from '../../lib/promotion-policy';
import { Repository } from '../../lib/repository';
import { ServiceStack } from '../../lib/service-stack';
import { Suite } from '../../lib/suite';
import { Check } from '../../lib/values/check';
import { Gate } from '../../lib/values/gate';
import { Cluster, Sync, Target } from '../../lib/values/target';
import { Tier } from '../../lib/values/tier';
import { Build, Secret, Strategy } from '../../lib/values/workload';

/** Everything that the platform of the tests declares, before it is resolved. */
export interface OpenLuffy {
  readonly platform: Platform;
  readonly repository: Repository;
  readonly environments: Readonly<Record<'dev' | 'preprod' | 'prod', Environment>>;
  readonly services: Readonly<Record<'backend' | 'frontend', ServiceStack>>;
}

/** A backend and a frontend in dev, preprod and prod; `change` declares more before the tree is resolved. */
export function openluffy(change: (declared: OpenLuffy) => void = () => {}): PlatformModel {
  const platform = new Platform('openluffy', {
    registry: 'ghcr.io/lebrick07',
    domain: 'openluffy.local',
    metrics: 'http://prometheus.monitoring:9090',
  });
  const repository = new Repository(platform, 'openluffy', { name: 'lebrick07/openluffy', delivery: true, plan: 'team' });
  const validate = Check.run('validate', 'make test');
  const integration = new Suite(platform, 'integration', { run: 'make integration' });
  const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.local' }));
  const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('develop') });
  const preprod = new Environment(platform, 'preprod', { tier: Tier.staging, target });
  const prod = new Environment(platform, 'prod', { tier: Tier.production, target, host: 'openluffy.local', sync: Sync.manual() });
  const backend = new ServiceStack(platform, 'backend', {
    build: Build.dockerfile('backend'),
    port: 8000,
    health: '/healthz',
    route: '/api',
    secrets: { DATABASE_URL: Secret.external('openluffy/{environment}/database-url') },
    egress: ['postgres.data:5432'],
  });
  const frontend = new ServiceStack(platform, 'frontend', {
    build: Build.dockerfile('frontend'),
    port: 8080,
    health: '/',
    route: '/',
    uses: { API_URL: backend },
  });
  backend.in(prod, { replicas: 3, strategy: Strategy.rolling({ maxUnavailable: 0 }) });
  new PromotionPolicy(platform, 'dev-to-preprod', { from: dev, to: preprod, gates: [Gate.healthy(), Gate.soak('30s')] });
  new PromotionPolicy(platform, 'preprod-to-prod', {
    from: preprod,
    to: prod,
    on: repository.branch('main'),
    gates: [Gate.healthy(), Gate.verified(integration), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],
  });
  new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [validate] });
  new BranchProtection(repository, 'main', { ref: repository.branch('main'), checks: [validate], approvals: 1, onlyFrom: ['develop'] });
  change({ platform, repository, environments: { dev, preprod, prod }, services: { backend, frontend } });
  return resolve(platform);
}

/** A type without `readonly`, at every depth. */
export type Draft<T> = [Json] extends [T]
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends readonly (infer Item)[]
      ? Draft<Item>[]
      : { -readonly [K in keyof T]: Draft<T[K]> };

/** A copy of a model with a change that no declaration makes, or that would be longer to declare. */
export function edited(model: PlatformModel, change: (draft: Draft<PlatformModel>) => void): PlatformModel {
  const draft = structuredClone(model) as Draft<PlatformModel>;
  change(draft);
  return draft as PlatformModel;
}

/** The environment of a model by its name. */
export function environmentOf(model: PlatformModel, name: string): EnvironmentModel {
  return found(model.environments, (environment) => environment.name === name, name);
}

/** The service of a model by its name. */
export function serviceOf(model: PlatformModel, name: string): ServiceModel {
  return found(model.services, (service) => service.name === name, name);
}

/** A service of a draft, as it runs in one environment. */
export function placed(draft: Draft<PlatformModel>, service: string, environment: string): Draft<ServiceInEnvironmentModel> {
  const { environments } = found(draft.services, (candidate) => candidate.name === service, service);
  return found(environments, (candidate) => candidate.environment === environment, environment);
}

function found<T>(items: readonly T[], is: (item: T) => boolean, name: string): T {
  const item = items.find(is);
  if (item === undefined) throw new Error(`the model has no ${name}`);
  return item;
}
