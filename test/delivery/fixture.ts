import type { People } from '../../lib/delivery/local/people';
import type { DeliveryEdge, DeliveryEnvironment, DesiredDelivery, DesiredRuleset } from '../../lib/desired/desired-state';

export const REPOSITORY = 'acme/shop';
export const APP = 'stagegate';

export const cast: People = {
  repository: REPOSITORY,
  people: {
    dora: { role: 'write' },
    mia: { role: 'write' },
    zoe: { role: 'write' },
    olaf: { role: 'read' },
  },
  teams: { engineers: { id: 11, members: ['mia', 'zoe', 'dora'] }, operators: { id: 12, members: ['zoe'] } },
  apps: { [APP]: { id: 101 }, 'ci-app': { id: 102, permissions: ['statuses'] } },
};

function environment(name: string, given: Partial<DeliveryEnvironment> = {}): DeliveryEnvironment {
  return {
    name,
    tier: name === 'prod' ? 'production' : name === 'dev' ? 'development' : 'staging',
    lifecycle: 'active',
    branch: `env/${name}`,
    sync: 'automatic',
    application: { name: `shop-${name}`, namespace: 'argocd', url: 'https://argocd.local' },
    namespace: `shop-${name}`,
    host: `${name}.shop.local`,
    health: { mode: 'polled', timeoutSeconds: 600 },
    admit: 'always',
    imageTag: { prefix: name, length: 7 },
    targetSeconds: 180,
    ...given,
  };
}

const lanes: DeliveryEdge['lanes'] = [{ kind: 'normal' }, { kind: 'manual-rollback', approvals: 0, including: [] }];

function images(service: string): DesiredDelivery['services'][number]['images'] {
  return [
    {
      slot: `image/${service}`,
      repository: `ghcr.io/acme/${service}`,
      build: { kind: 'dockerfile', context: service, dockerfile: 'Dockerfile' },
    },
  ];
}

/** Two services; `develop` builds for dev, preprod follows after 30 s of health, prod by an approval once `main` holds the same tree. */
export const desired: DesiredDelivery = {
  repository: REPOSITORY,
  programBranch: 'main',
  programFile: 'platform.ts',
  lockFile: 'package-lock.json',
  stateBranch: 'stagegate/state',
  releaseTagPrefix: 'stagegate/releases/',
  promotionBranchPrefix: 'promote/',
  gatesContext: 'stagegate/gates',
  headContext: 'stagegate/head',
  policyContext: 'stagegate/policy',
  apps: { delivery: { slug: APP, id: 101 }, intake: { slug: 'intake', id: 103 }, actions: { slug: 'github-actions', id: 15368 } },
  environments: [
    environment('dev', { source: { kind: 'branch', repository: REPOSITORY, pattern: 'develop' } }),
    environment('preprod'),
    environment('prod', { sync: 'manual' }),
  ],
  edges: [
    {
      policy: 'dev-to-preprod',
      from: 'dev',
      to: 'preprod',
      gates: [
        { id: 'healthy', kind: 'healthy' },
        { id: 'soak-30s', kind: 'soak', seconds: 30 },
      ],
      select: 'newest',
      lanes,
    },
    {
      policy: 'preprod-to-prod',
      from: 'preprod',
      to: 'prod',
      on: { kind: 'branch', repository: REPOSITORY, pattern: 'main' },
      gates: [
        { id: 'healthy', kind: 'healthy' },
        { id: 'verified-integration', kind: 'verified', suite: 'integration' },
        { id: 'approvals', kind: 'approvals', total: 1, including: [{ team: 'engineers', count: 1 }], distinct: true },
      ],
      select: 'newest',
      lanes,
    },
  ],
  services: ['backend', 'frontend'].map((name) => ({
    name,
    repository: REPOSITORY,
    images: images(name),
    environments: ['dev', 'preprod', 'prod'],
  })),
  suites: [{ name: 'integration', run: 'true' }],
  headRules: [],
};

/** The fixture with some of its environments or edges changed. */
export function changed(change: {
  readonly environments?: Readonly<Record<string, Partial<DeliveryEnvironment>>>;
  readonly edges?: Readonly<Record<string, Partial<DeliveryEdge>>>;
}): DesiredDelivery {
  return {
    ...desired,
    environments: desired.environments.map((one) => ({ ...one, ...change.environments?.[one.name] })),
    edges: desired.edges.map((one) => ({ ...one, ...change.edges?.[one.policy] })),
  };
}

/** The rulesets that carry delivery, as compiled for GitHub. */
export const rulesets: readonly DesiredRuleset[] = [
  {
    name: 'stagegate-branches',
    target: 'branch',
    enforcement: 'active',
    bypass_actors: [{ actor_type: 'Integration', actor_id: 101, bypass_mode: 'always' }],
    conditions: { ref_name: { include: ['refs/heads/env/**', 'refs/heads/promote/**', 'refs/heads/stagegate/state'], exclude: [] } },
    rules: [{ type: 'creation' }, { type: 'update' }, { type: 'deletion' }],
  },
  {
    name: 'stagegate-environments',
    target: 'branch',
    enforcement: 'active',
    bypass_actors: [],
    conditions: { ref_name: { include: ['refs/heads/env/dev', 'refs/heads/env/preprod', 'refs/heads/env/prod'], exclude: [] } },
    rules: [
      { type: 'deletion' },
      { type: 'non_fast_forward' },
      {
        type: 'pull_request',
        parameters: {
          required_approving_review_count: 0,
          dismiss_stale_reviews_on_push: true,
          require_code_owner_review: false,
          require_last_push_approval: false,
          required_review_thread_resolution: false,
          allowed_merge_methods: ['squash'],
        },
      },
      {
        type: 'required_status_checks',
        parameters: {
          required_status_checks: [{ context: 'stagegate/gates', integration_id: 101 }],
          strict_required_status_checks_policy: true,
          do_not_enforce_on_create: true,
        },
      },
    ],
  },
  {
    name: 'stagegate-releases',
    target: 'tag',
    enforcement: 'active',
    bypass_actors: [{ actor_type: 'Integration', actor_id: 101, bypass_mode: 'always' }],
    conditions: { ref_name: { include: ['refs/tags/stagegate/releases/*'], exclude: [] } },
    rules: [{ type: 'creation' }],
  },
  {
    name: 'stagegate-releases-immutable',
    target: 'tag',
    enforcement: 'active',
    bypass_actors: [],
    conditions: { ref_name: { include: ['refs/tags/stagegate/releases/*'], exclude: [] } },
    rules: [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }],
  },
];
