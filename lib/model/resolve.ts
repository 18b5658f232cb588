import type { BranchProtection } from '../branch-protection';
import type { Environment } from '../environment';
import { nounsBelow } from '../noun';
import type { GitHubApp, Platform } from '../platform';
import type { PromotionPolicy } from '../promotion-policy';
import type { Repository } from '../repository';
import type { ServiceStack } from '../service-stack';
import type { Suite } from '../suite';
import { refuse, shown } from '../values/diagnostic';
import { seconds } from '../values/duration';
import type { Gate } from '../values/gate';
import { appSlot, slotToken } from '../values/slot';
import type { Source } from '../values/source';
import { deepFreeze } from './freeze';
import type {
  AppModel,
  ClusterModel,
  EnvironmentModel,
  GateModel,
  PlatformModel,
  PolicyModel,
  ProtectionModel,
  RepositoryModel,
  SourceModel,
} from './platform-model';
import { plainOverride, resolveServices } from './resolve-service';
import { TIER_DEFAULTS } from './tier-defaults';

/** The id of the app `github-actions` on github.com, which reports the checks that workflows run. */
const GITHUB_ACTIONS_APP = 15_368;

/**
 * Fills in every default, replaces references by names, and locks the tree: later declarations throw SG008.
 * The result is frozen plain data and does not depend on the order of declaration.
 *
 * @throws InvalidValueError for what only the whole platform shows: no delivery repository, two clusters of one name.
 */
export function resolve(platform: Platform): PlatformModel {
  const repositories = nounsBelow<Repository>(platform, 'repository');
  const environments = nounsBelow<Environment>(platform, 'environment');
  const policies = nounsBelow<PromotionPolicy>(platform, 'policy');
  const delivery = deliveryRepository(platform, repositories);
  const models = environments.map((environment) => environmentModel(platform, environment, policies));
  const model: PlatformModel = {
    version: 1,
    name: platform.platformName,
    registry: platform.props.registry,
    domain: platform.props.domain,
    ...(platform.props.metrics === undefined ? {} : { metrics: platform.props.metrics }),
    ingress: {
      namespace: platform.props.ingress?.namespace ?? 'ingress',
      ...(platform.props.ingress?.class === undefined ? {} : { class: platform.props.ingress.class }),
    },
    program: {
      repository: delivery.repositoryName,
      branch: delivery.props.defaultBranch ?? 'main',
      file: platform.props.program ?? 'platform.ts',
      lockFile: platform.props.lockFile ?? 'package-lock.json',
    },
    apps: {
      delivery: appModel(platform.props.apps?.delivery, 'stagegate', 'delivery'),
      intake: appModel(platform.props.apps?.intake, 'stagegate-intake', 'intake'),
      actions: { slug: 'github-actions', id: GITHUB_ACTIONS_APP },
    },
    repositories: byName(repositories.map((repository) => repositoryModel(repository, repository === delivery))),
    clusters: clusterModels(environments),
    environments: byName(models),
    services: byName(resolveServices(platform, nounsBelow<ServiceStack>(platform, 'service'), environments, models, delivery)),
    suites: byName(
      nounsBelow<Suite>(platform, 'suite').map((suite) => ({ path: suite.node.path, name: suite.suiteName, run: suite.props.run })),
    ),
    policies: byName(policies.map(policyModel)),
    protections: nounsBelow<BranchProtection>(platform, 'protection').map(protectionModel),
    suppressions: [...platform.suppressions].sort((a, b) => (shown(a) < shown(b) ? -1 : 1)),
  };
  platform.node.lock();
  return deepFreeze(model);
}

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function deliveryRepository(platform: Platform, repositories: readonly Repository[]): Repository {
  const declared = repositories.filter((repository) => repository.props.delivery === true);
  const chosen = declared.length === 0 && repositories.length === 1 && repositories[0]?.props.delivery !== false ? repositories : declared;
  if (chosen.length === 1) return chosen[0] as Repository;
  return refuse({
    code: 'SG020',
    name: 'no-delivery-repository',
    path: platform.node.path,
    message: 'a platform has exactly one delivery repository',
    given:
      chosen.length === 0
        ? `${repositories.length} repositories, none with delivery`
        : chosen.map((repository) => repository.repositoryName).join(', '),
    expected: 'one Repository with delivery: true',
    remedy: 'say delivery: true on the repository that holds this program',
  });
}

function appModel(app: GitHubApp | undefined, slug: string, slot: string): AppModel {
  return { slug: app?.slug ?? slug, id: app?.id ?? slotToken(appSlot(slot)) };
}

function repositoryModel(repository: Repository, delivery: boolean): RepositoryModel {
  const { name, visibility, plan, defaultBranch, url } = repository.props;
  return {
    path: repository.node.path,
    name,
    delivery,
    visibility: visibility ?? 'private',
    plan: plan ?? 'team',
    defaultBranch: defaultBranch ?? 'main',
    url: url ?? `https://github.com/${name}.git`,
  };
}

function clusterModels(environments: readonly Environment[]): ClusterModel[] {
  const clusters = new Map<string, ClusterModel>();
  for (const { node, props } of environments) {
    if (props.target.kind !== 'kubernetes') continue;
    const { kind, name, url, namespace, version } = props.target.cluster;
    const cluster: ClusterModel = { kind, name, url, namespace, version };
    const known = clusters.get(name);
    if (known !== undefined && shown(known) !== shown(cluster)) {
      refuse({
        code: 'SG006',
        name: 'duplicate-declaration',
        path: node.path,
        message: `two clusters are named ${name}`,
        given: `${shown(known)} and ${shown(cluster)}`,
        expected: 'one declaration of a cluster, used by all its environments',
        remedy: 'use one Cluster value, or name the clusters differently',
      });
    }
    clusters.set(name, cluster);
  }
  return byName([...clusters.values()]);
}

function environmentModel(platform: Platform, environment: Environment, policies: readonly PromotionPolicy[]): EnvironmentModel {
  const { props, environmentName: name } = environment;
  const defaults = TIER_DEFAULTS[props.tier];
  const profile = platform.props.profiles?.[props.tier];
  const host = props.host ?? `${name}.${platform.props.domain}`;
  const incoming = policies.find((policy) => policy.props.to === environment && policy.props.on?.kind === 'branch')?.props.on;
  const { cpu, memory, pods } = props.limits ?? {};
  return {
    path: environment.node.path,
    name,
    tier: props.tier,
    lifecycle: props.lifecycle ?? 'active',
    target:
      props.target.kind === 'kubernetes'
        ? { kind: 'kubernetes', cluster: props.target.cluster.name, namespace: props.namespace ?? `${platform.platformName}-${name}` }
        : { kind: 'coolify', url: props.target.url },
    sync: props.sync ?? { kind: 'automatic' },
    ...(props.source === undefined ? {} : { source: sourceModel(props.source) }),
    host,
    tls: props.tls ?? { kind: 'issuer', issuer: issuerFor(platform, host, props.tier) },
    data: props.data ?? defaults.data,
    logLevel: props.logLevel ?? profile?.logLevel ?? defaults.logLevel,
    settings: { ...profile?.settings, ...props.settings },
    limits: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }), ...(pods === undefined ? {} : { pods }) },
    imageTag: {
      prefix: props.imageTag?.prefix ?? (incoming?.kind === 'branch' ? incoming.branch.replaceAll('/', '-') : name),
      length: props.imageTag?.length ?? 7,
    },
    health: { mode: props.health?.mode ?? 'polled', timeoutSeconds: seconds(props.health?.timeout ?? '10m', environment.node.path) },
    revisionHistory: props.revisionHistory ?? 10,
    admit: props.admit ?? 'always',
    targetSeconds: seconds(props.deployTarget ?? '3m', environment.node.path),
    overrides: environment.overrides.map((override) => plainOverride(override, environment.node.path)),
  };
}

function issuerFor(platform: Platform, host: string, tier: Environment['props']['tier']): string {
  const { issuers } = platform.props;
  if (host.endsWith('.local')) return issuers?.internal ?? 'internal';
  return tier === 'development' ? (issuers?.staging ?? 'letsencrypt-staging') : (issuers?.public ?? 'letsencrypt');
}

function sourceModel(source: Source): SourceModel {
  return {
    kind: source.kind,
    repository: source.repository.repositoryName,
    pattern: source.kind === 'branch' ? source.branch : source.pattern,
  };
}

function policyModel(policy: PromotionPolicy): PolicyModel {
  const { props } = policy;
  const rollback = props.rollback ?? { kind: 'manual', approvals: 0 };
  return {
    path: policy.node.path,
    name: policy.policyName,
    from: props.from.environmentName,
    to: props.to.environmentName,
    ...(props.on === undefined ? {} : { on: sourceModel(props.on) }),
    gates: gateModels(props.gates, policy.node.path),
    select: props.select ?? 'newest',
    rebuild: props.rebuild ?? false,
    rollback: { automatic: rollback.kind === 'automatic', approvals: rollback.kind === 'manual' ? rollback.approvals : 0 },
  };
}

function gateModels(gates: readonly Gate[], path: string): GateModel[] {
  const used = new Map<string, number>();
  return gates.map((gate) => {
    const base =
      gate.kind === 'verified' ? `verified-${gate.suite.suiteName}` : gate.kind === 'check' ? `check-${gate.check.name}` : gate.kind;
    const count = (used.get(base) ?? 0) + 1;
    used.set(base, count);
    return gateModel(gate, count === 1 ? base : `${base}-${count}`, path);
  });
}

function gateModel(gate: Gate, id: string, path: string): GateModel {
  switch (gate.kind) {
    case 'healthy':
      return { id, kind: 'healthy' };
    case 'soak':
      return { id, kind: 'soak', seconds: seconds(gate.duration, path) };
    case 'verified':
      return { id, kind: 'verified', suite: gate.suite.suiteName };
    case 'approvals':
      return {
        id,
        kind: 'approvals',
        total: gate.total,
        including: gate.including.map((group) =>
          'team' in group ? { team: group.team, count: group.count ?? 1 } : { people: [...group.people].sort(), count: group.count ?? 1 },
        ),
        distinct: gate.distinct,
      };
    case 'manual':
      return { id, kind: 'manual', at: gate.at };
    case 'check':
      return { id, kind: 'check', check: gate.check.name, app: gate.check.kind === 'run' ? 'github-actions' : gate.check.app };
  }
}

function protectionModel(protection: BranchProtection): ProtectionModel {
  const { props } = protection;
  return {
    path: protection.node.path,
    name: protection.protectionName,
    ref: sourceModel(props.ref),
    checks: props.checks ?? [],
    approvals: props.approvals ?? 0,
    codeOwners: props.codeOwners ?? false,
    dismissStale: props.dismissStale ?? true,
    lastPushApproval: props.lastPushApproval ?? (props.approvals ?? 0) > 0,
    onlyFrom: [...(props.onlyFrom ?? [])].sort(),
    mergeMethods: props.mergeMethods ?? (props.linearHistory === true ? ['squash', 'rebase'] : ['merge', 'squash', 'rebase']),
    linearHistory: props.linearHistory ?? false,
    bypass: props.bypass ?? [],
  };
}
