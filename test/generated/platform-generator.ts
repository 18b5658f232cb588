import {
  type ApproverGroup,
  BranchProtection,
  Build,
  Bypass,
  Check,
  Cluster,
  Environment,
  type EnvironmentProps,
  Gate,
  Platform,
  PromotionPolicy,
  Repository,
  Rollback,
  Secret,
  ServiceStack,
  type ServiceStackProps,
  Suite,
  Sync,
  Target,
} from 'stagegate';
import type { Random } from './random';

/** A ref by the name of its repository in the plan. */
export interface RefPlan {
  readonly kind: 'branch' | 'tags';
  readonly repository: 'delivery' | 'code';
  readonly pattern: string;
}

export interface EnvironmentPlan {
  readonly name: string;
  readonly tier: 'development' | 'staging' | 'production';
  readonly source?: RefPlan;
  readonly sync: 'automatic' | 'manual';
  readonly group?: string;
  readonly cluster: number;
  readonly target: 'kubernetes' | 'coolify';
  /** What else the environment says; overrides what is above. */
  readonly props: Partial<EnvironmentProps>;
}

export type GatePlan =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'soak'; readonly minutes: number }
  | { readonly kind: 'verified' }
  | { readonly kind: 'approvals'; readonly total: number; readonly including: readonly ApproverGroup[] }
  | { readonly kind: 'manual'; readonly at: 'promotion' | 'sync' }
  | { readonly kind: 'check'; readonly check: string };

export interface PolicyPlan {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  readonly on?: RefPlan;
  readonly gates: readonly GatePlan[];
  readonly rollback: 'manual' | 'approved' | 'automatic';
  readonly rebuild?: boolean;
  readonly select?: 'newest' | 'each';
}

export interface ServicePlan {
  readonly name: string;
  readonly uses: readonly string[];
  readonly route?: string;
  readonly sidecar: boolean;
  readonly secrets: boolean;
  readonly scaled: boolean;
  readonly props: Partial<ServiceStackProps>;
}

export interface ProtectionPlan {
  readonly name: string;
  readonly ref: RefPlan;
  readonly approvals: number;
  readonly checks: readonly string[];
  readonly onlyFrom: readonly string[];
  readonly bypass: boolean;
}

/** A platform as plain data, from which its program is made: changed by faults before that. */
export interface PlatformPlan {
  readonly domain: string;
  readonly plan: 'free' | 'team' | 'enterprise';
  readonly visibility: 'public' | 'private';
  /** Whether services come from a repository of their own. */
  readonly separate: boolean;
  readonly argoCd: string;
  readonly suite: string;
  readonly environments: readonly EnvironmentPlan[];
  readonly policies: readonly PolicyPlan[];
  readonly services: readonly ServicePlan[];
  readonly protections: readonly ProtectionPlan[];
}

/** The constructs of a program, by their names in the plan. */
export interface Program {
  readonly platform: Platform;
  readonly environments: ReadonlyMap<string, Environment>;
  readonly services: ReadonlyMap<string, ServiceStack>;
}

/** A lawful platform: up to four environments in a chain or with two at the end of it, one or two repositories, one to three services. */
export function lawfulPlan(random: Random): PlatformPlan {
  const separate = random.chance(0.4);
  const home = separate ? 'code' : 'delivery';
  const tags = random.chance(0.2);
  const source: RefPlan = tags
    ? { kind: 'tags', repository: home, pattern: random.pick(['v*.*.*', 'build-*']) }
    : { kind: 'branch', repository: home, pattern: random.pick(separate ? ['develop', 'main', 'trunk'] : ['develop', 'trunk', 'main']) };
  const environments = lawfulEnvironments(random, source);
  const wanted: RefPlan = random.chance(0.25)
    ? { kind: 'tags', repository: home, pattern: 'release-*' }
    : { kind: 'branch', repository: home, pattern: random.pick(['release', 'stable']) };
  const policies = lawfulPolicies(random, environments, wanted, source);
  return {
    domain: random.pick(['shop.example.com', 'shop.local']),
    ...random.pick([
      { plan: 'team', visibility: 'private' },
      { plan: 'free', visibility: 'public' },
      { plan: 'enterprise', visibility: 'private' },
    ] as const),
    separate,
    argoCd: 'https://argocd.example.com',
    suite: 'make integration',
    environments,
    policies,
    services: lawfulServices(random),
    protections: lawfulProtections(random, environments, policies, source),
  };
}

function lawfulEnvironments(random: Random, source: RefPlan): EnvironmentPlan[] {
  const shapes: readonly (readonly EnvironmentPlan['tier'][])[] = [
    ['development', 'production'],
    ['staging', 'production'],
    ['development', 'staging', 'production'],
    ['development', 'staging', 'production'],
    ['development', 'development', 'staging', 'production'],
    ['development', 'staging', 'staging', 'production'],
    ['development', 'staging', 'production', 'production'],
  ];
  const names = { development: ['dev', 'lab'], staging: ['staging', 'qa'], production: ['prod', 'prod-eu'] };
  const used = { development: 0, staging: 0, production: 0 };
  const coolify = random.chance(0.05);
  return random.pick(shapes).map((tier, index): EnvironmentPlan => {
    const name = names[tier][used[tier]++] as string;
    const manual = random.chance(tier === 'production' ? 0.4 : 0.1) && !coolify;
    return {
      name,
      tier,
      ...(index === 0 ? { source } : {}),
      sync: manual ? 'manual' : 'automatic',
      ...(manual ? { group: 'release-engineers' } : {}),
      cluster: random.whole(0, 1),
      target: coolify ? 'coolify' : 'kubernetes',
      props: random.chance(0.2) ? { settings: { FEATURES: 'basket,search' }, replicas: random.whole(1, 3) } : {},
    };
  });
}

function lawfulPolicies(random: Random, environments: readonly EnvironmentPlan[], wanted: RefPlan, source: RefPlan): PolicyPlan[] {
  const fork = environments.filter(({ tier }) => tier === 'production').length === 2 && random.chance(0.5);
  return environments.slice(1).map((to, index): PolicyPlan => {
    const from = environments[fork && index === environments.length - 2 ? index - 1 : index] as EnvironmentPlan;
    const production = to.tier === 'production';
    return {
      name: `${from.name}-to-${to.name}`,
      from: from.name,
      to: to.name,
      ...(production && random.chance(0.4) ? { on: wanted } : {}),
      gates: lawfulGates(random, to, production, source),
      rollback: to.sync === 'automatic' && random.chance(0.3) ? 'automatic' : random.chance(0.2) ? 'approved' : 'manual',
      ...(random.chance(0.1) ? { select: 'each' as const } : {}),
    };
  });
}

function lawfulGates(random: Random, to: EnvironmentPlan, production: boolean, source: RefPlan): GatePlan[] {
  const gates: GatePlan[] = [];
  const healthy = random.chance(0.8);
  const verified = random.chance(0.4) || (production && !healthy);
  if (healthy) gates.push({ kind: 'healthy' });
  if (healthy && random.chance(0.4)) gates.push({ kind: 'soak', minutes: random.whole(1, 60) });
  if (verified) gates.push({ kind: 'verified' });
  if (random.chance(production ? 0.6 : 0.15)) {
    const total = random.whole(1, 2);
    gates.push({
      kind: 'approvals',
      total,
      including: random.pick<readonly ApproverGroup[]>([[], [{ team: 'engineers' }], [{ people: ['mia', 'noor'] }]]),
    });
  }
  if (random.chance(0.1)) gates.push({ kind: 'manual', at: 'promotion' });
  if (to.sync === 'manual' && random.chance(0.5)) gates.push({ kind: 'manual', at: 'sync' });
  if (source.kind === 'branch' && source.pattern !== 'main' && random.chance(0.1)) gates.push({ kind: 'check', check: 'validate' });
  return gates;
}

function lawfulServices(random: Random): ServicePlan[] {
  const names = ['api', 'web', 'worker'].slice(0, random.whole(1, 3));
  return names.map(
    (name, index): ServicePlan => ({
      name,
      uses: names.slice(0, index).filter(() => random.chance(0.5)),
      ...(random.chance(0.7) ? { route: index === 0 ? '/' : `/${name}` } : {}),
      sidecar: random.chance(0.15),
      secrets: random.chance(0.4),
      scaled: random.chance(0.15),
      props: {},
    }),
  );
}

const RANK = { development: 0, staging: 1, production: 2 } as const;

function lawfulProtections(
  random: Random,
  environments: readonly EnvironmentPlan[],
  policies: readonly PolicyPlan[],
  source: RefPlan,
): ProtectionPlan[] {
  const refs = new Map<string, { readonly ref: RefPlan; readonly tier: EnvironmentPlan['tier'] }>();
  const demand = (ref: RefPlan, tier: EnvironmentPlan['tier']): void => {
    const key = `${ref.kind} ${ref.pattern}`;
    const known = refs.get(key);
    refs.set(key, { ref, tier: known !== undefined && RANK[known.tier] > RANK[tier] ? known.tier : tier });
  };
  demand(source, environments[0]?.tier ?? 'development');
  for (const policy of policies)
    if (policy.on !== undefined) demand(policy.on, environments.find(({ name }) => name === policy.to)?.tier ?? 'production');
  return [...refs.values()].map(({ ref, tier }): ProtectionPlan => {
    const branch = ref.kind === 'branch';
    return {
      name: ref.pattern.replace(/[^a-z]/g, '') || 'tags',
      ref,
      approvals: branch ? (tier === 'production' ? random.whole(1, 2) : random.whole(0, 1)) : 0,
      checks: branch ? ['validate'] : [],
      onlyFrom: branch && ref !== source && source.kind === 'branch' && random.chance(0.3) ? [source.pattern] : [],
      // Tags have to be made by somebody.
      bypass: !branch,
    };
  });
}

/** The program of a plan. */
export function buildProgram(plan: PlatformPlan): Program {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: plan.domain });
  const host = { plan: plan.plan, visibility: plan.visibility };
  const delivery = new Repository(platform, 'delivery', { name: 'acme/shop', delivery: true, ...host });
  const code = plan.separate ? new Repository(platform, 'code', { name: 'acme/shop-code', ...host }) : delivery;
  const refOf = ({ kind, repository, pattern }: RefPlan) => {
    const owner = repository === 'code' ? code : delivery;
    return kind === 'branch' ? owner.branch(pattern) : owner.tags(pattern);
  };
  const suite = new Suite(platform, 'integration', { run: plan.suite });
  const checkOf = (name: string) => Check.run(name, `make ${name}`);
  const environments = new Map(
    plan.environments.map((environment) => {
      const { name, tier, source, sync, group, cluster, target, props } = environment;
      const kubernetes = Target.kubernetes(Cluster.argoCd(`cluster-${cluster}`, { url: plan.argoCd }));
      return [
        name,
        new Environment(platform, name, {
          tier,
          target: target === 'kubernetes' ? kubernetes : Target.coolify({ url: 'https://coolify.example.com' }),
          ...(source === undefined ? {} : { source: refOf(source) }),
          ...(sync === 'manual' ? { sync: Sync.manual(group === undefined ? {} : { group }) } : {}),
          ...props,
        }),
      ] as const;
    }),
  );
  const services = new Map<string, ServiceStack>();
  for (const { name, uses, route, sidecar, secrets, scaled, props } of plan.services) {
    services.set(
      name,
      new ServiceStack(platform, name, {
        build: Build.dockerfile(name),
        port: 8080,
        health: '/healthz',
        repository: code,
        ...(route === undefined ? {} : { route }),
        uses: Object.fromEntries(uses.map((used) => [`${used.toUpperCase()}_URL`, services.get(used) as ServiceStack])),
        ...(sidecar ? { sidecars: { proxy: { build: Build.image('ghcr.io/acme/proxy'), port: 9000 } } } : {}),
        ...(secrets ? { secrets: { DATABASE_URL: Secret.external('shop/{environment}/database-url') } } : {}),
        ...(scaled ? { autoscaling: { min: 2, max: 4 } } : {}),
        ...props,
      }),
    );
  }
  const gateOf = (gate: GatePlan) => {
    switch (gate.kind) {
      case 'healthy':
        return Gate.healthy();
      case 'soak':
        return Gate.soak(`${gate.minutes}m`);
      case 'verified':
        return Gate.verified(suite);
      case 'approvals':
        return Gate.approvals({ total: gate.total, including: gate.including });
      case 'manual':
        return Gate.manual({ at: gate.at });
      case 'check':
        return Gate.check(checkOf(gate.check));
    }
  };
  for (const { name, from, to, on, gates, rollback, rebuild, select } of plan.policies) {
    new PromotionPolicy(platform, name, {
      from: environments.get(from) as Environment,
      to: environments.get(to) as Environment,
      ...(on === undefined ? {} : { on: refOf(on) }),
      gates: gates.map(gateOf),
      ...(rebuild === undefined ? {} : { rebuild }),
      ...(select === undefined ? {} : { select }),
      rollback: rollback === 'automatic' ? Rollback.automatic() : Rollback.manual({ approvals: rollback === 'approved' ? 1 : 0 }),
    });
  }
  for (const { name, ref, approvals, checks, onlyFrom, bypass } of plan.protections) {
    new BranchProtection(ref.repository === 'code' ? code : delivery, name, {
      ref: refOf(ref),
      ...(ref.kind === 'branch' ? { approvals, checks: checks.map(checkOf), onlyFrom } : {}),
      ...(bypass ? { bypass: [Bypass.role('maintain')] } : {}),
    });
  }
  return { platform, environments, services };
}
