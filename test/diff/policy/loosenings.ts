import type { EnvironmentModel, PolicyModel, ProtectionModel, RepositoryModel } from '../../../lib/model/platform-model';
import { also, type Edit } from './openluffy-program';

/** A field of a noun of the model: `policy.gates`. */
export type ModelField =
  | `environment.${keyof EnvironmentModel}`
  | `policy.${keyof PolicyModel}`
  | `protection.${keyof ProtectionModel}`
  | `repository.${keyof RepositoryModel}`
  | 'service.build'
  | 'suite.run'
  | 'platform.apps';

/** Something that OpenLuffy demands, taken away or loosened in its program. */
export interface Loosening {
  readonly what: string;
  /** Field of the model that demands less. */
  readonly field: ModelField;
  /** What is taken away, or let through, in the program. */
  readonly edits: readonly Edit[];
  /** On what a demand gets weaker. */
  readonly subject: string;
  /** What was demanded, and what is. */
  readonly before: string;
  readonly after: string;
  /** Whether the program has more demands than OpenLuffy to begin with. */
  readonly strict?: true;
}

export const MAIN = 'main of lebrick07/openluffy';
export const DEVELOP = 'develop of lebrick07/openluffy';
const override = (environment: string, kind: string, partial: string): readonly Edit[] => [
  also(`${environment}.override(Kind.${kind}, ${partial});`),
];

/** Every gate, protection and setting of an environment, removed or loosened in the program. */
export const loosenings: readonly Loosening[] = [
  // Gates, their parameters, refs and lanes.
  {
    what: 'health before preprod',
    field: 'policy.gates',
    edits: [["gates: [Gate.healthy(), Gate.soak('30s')]", "gates: [Gate.soak('30s')]"]],
    subject: 'dev → preprod',
    before: 'healthy in dev',
    after: 'not asked to be healthy in dev',
  },
  {
    what: 'the soak in dev',
    field: 'policy.gates',
    edits: [["gates: [Gate.healthy(), Gate.soak('30s')]", 'gates: [Gate.healthy()]']],
    subject: 'dev → preprod',
    before: '30s of health in dev',
    after: 'no soak',
  },
  {
    what: 'a shorter soak',
    field: 'policy.gates',
    edits: [["Gate.soak('30s')", "Gate.soak('10s')"]],
    subject: 'dev → preprod',
    before: '30s of health in dev',
    after: '10s of health in dev',
  },
  {
    what: 'the ref that a promotion is on',
    field: 'policy.on',
    edits: [["  on: repository.branch('main'),\n", '']],
    subject: 'preprod → prod',
    before: 'merged to main',
    after: 'without a merge',
  },
  {
    what: 'health before prod',
    field: 'policy.gates',
    edits: [['gates: [Gate.healthy(), Gate.verified', 'gates: [Gate.verified']],
    subject: 'preprod → prod',
    before: 'healthy in preprod',
    after: 'not asked to be healthy in preprod',
  },
  {
    what: 'the verification',
    field: 'policy.gates',
    edits: [['Gate.verified(integration), ', '']],
    subject: 'preprod → prod',
    before: 'verified by integration',
    after: 'not verified',
  },
  {
    what: 'the approval',
    field: 'policy.gates',
    edits: [[", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", '']],
    subject: 'preprod → prod',
    before: '1 approval including engineers',
    after: 'no approval',
  },
  {
    what: 'the team of the approval',
    field: 'policy.gates',
    edits: [[", including: [{ team: 'engineers' }]", '']],
    subject: 'preprod → prod',
    before: '1 approval including engineers',
    after: '1 approval',
  },
  {
    what: 'one approval of three',
    field: 'policy.gates',
    strict: true,
    edits: [['total: 3', 'total: 2']],
    subject: 'preprod → prod',
    before: '3 approvals including 1 of engineers and 1 of mia or noor',
    after: '2 approvals including 1 of engineers and 1 of mia or noor',
  },
  {
    what: 'one more person who may approve',
    field: 'policy.gates',
    strict: true,
    edits: [["['mia', 'noor']", "['mia', 'noor', 'zoe']"]],
    subject: 'preprod → prod',
    before:
      '3 approvals including 1 of engineers and 1 of mia or noor, rollback with 2 approvals including 1 of engineers and 1 of mia or noor',
    after:
      '3 approvals including 1 of engineers and 1 of mia, noor or zoe, rollback with 2 approvals including 1 of engineers and 1 of mia, noor or zoe',
  },
  {
    what: 'one person for several groups',
    field: 'policy.gates',
    strict: true,
    edits: [["{ people: ['mia', 'noor'] }] }", "{ people: ['mia', 'noor'] }], distinct: false }"]],
    subject: 'preprod → prod',
    before: '3 approvals including 1 of engineers and 1 of mia or noor',
    after: '3 approvals including 1 of engineers and 1 of mia or noor, one person may stand for several',
  },
  {
    what: 'the person who asks',
    field: 'policy.gates',
    strict: true,
    edits: [[', Gate.manual()', '']],
    subject: 'preprod → prod',
    before: 'a person asks for it',
    after: 'nobody has to ask for it',
  },
  {
    what: 'the check of the commit',
    field: 'policy.gates',
    strict: true,
    edits: [[', Gate.check(validate)', '']],
    subject: 'preprod → prod',
    before: 'check validate',
    after: 'no check validate',
  },
  {
    what: 'one approval of a rollback',
    field: 'policy.rollback',
    strict: true,
    edits: [['Rollback.manual({ approvals: 2 })', 'Rollback.manual({ approvals: 1 })']],
    subject: 'preprod → prod',
    before: 'rollback with 2 approvals including 1 of engineers and 1 of mia or noor',
    after: 'rollback with 1 approval including 1 of engineers and 1 of mia or noor',
  },
  {
    what: 'approvals of a rollback',
    field: 'policy.rollback',
    strict: true,
    edits: [['Rollback.manual({ approvals: 2 })', 'Rollback.manual()']],
    subject: 'preprod → prod',
    before: 'rollback with 2 approvals including 1 of engineers and 1 of mia or noor',
    after: 'rollback without approval',
  },
  {
    what: 'a way past preprod',
    field: 'policy.from',
    edits: [['  from: preprod,\n  to: prod,', '  from: dev,\n  to: prod,']],
    subject: '→ prod',
    before: 'from preprod: merged to main, healthy in preprod, verified by integration, 1 approval including engineers',
    after: 'from dev: merged to main, healthy in dev, verified by integration, 1 approval including engineers',
  },
  {
    what: 'a second way into prod',
    field: 'policy.to',
    edits: [also("new PromotionPolicy(platform, 'short-cut', { from: dev, to: prod, gates: [Gate.healthy()] });")],
    subject: 'dev → prod',
    before: 'no such way',
    after: 'healthy in dev',
  },
  {
    what: 'a source of prod',
    field: 'environment.source',
    edits: [["host: 'openluffy.local',", "host: 'openluffy.local', source: repository.branch('main'),"]],
    subject: 'main → prod',
    before: 'no such way',
    after: 'a push makes a release that enters without a gate',
  },

  // Protections of branches.
  {
    what: 'the protection of develop',
    field: 'protection.ref',
    edits: [["new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [validate] });", '']],
    subject: DEVELOP,
    before: 'pull request, check validate',
    after: 'no pull request, no check validate',
  },
  {
    what: 'the protection of main',
    field: 'protection.ref',
    edits: [
      [
        "new BranchProtection(repository, 'main', { ref: repository.branch('main'), checks: [validate], approvals: 1, onlyFrom: ['develop'] });",
        '',
      ],
    ],
    subject: MAIN,
    before: 'check validate, only from develop',
    after: 'no check validate, from any branch',
  },
  {
    what: 'the check of develop',
    field: 'protection.checks',
    edits: [["ref: repository.branch('develop'), checks: [validate]", "ref: repository.branch('develop')"]],
    subject: DEVELOP,
    before: 'check validate',
    after: 'no check validate',
  },
  {
    what: 'the check of main',
    field: 'protection.checks',
    edits: [["ref: repository.branch('main'), checks: [validate]", "ref: repository.branch('main')"]],
    subject: MAIN,
    before: 'check validate',
    after: 'no check validate',
  },
  {
    what: 'the head branch of main',
    field: 'protection.onlyFrom',
    edits: [[", onlyFrom: ['develop']", '']],
    subject: MAIN,
    before: 'only from develop',
    after: 'from any branch',
  },
  {
    what: 'one more head branch of main',
    field: 'protection.onlyFrom',
    edits: [["onlyFrom: ['develop']", "onlyFrom: ['develop', 'hotfix']"]],
    subject: MAIN,
    before: 'only from develop',
    after: 'only from develop or hotfix',
  },
  {
    what: 'administrators who bypass develop',
    field: 'protection.bypass',
    edits: [["branch('develop'), checks: [validate]", "branch('develop'), checks: [validate], bypass: [Bypass.role('admin')]"]],
    subject: DEVELOP,
    before: 'pull request, check validate',
    after: 'pull request, check validate, except for administrators',
  },
  {
    what: 'a team that bypasses main',
    field: 'protection.bypass',
    edits: [
      ['checks: [validate], approvals: 1', "checks: [validate], approvals: 1, bypass: [Bypass.team('release', { mode: 'pull_request' })]"],
    ],
    subject: MAIN,
    before: 'check validate, only from develop',
    after: 'check validate, only from develop, except for team release in pull requests',
  },
  {
    what: 'one review of four',
    field: 'protection.approvals',
    strict: true,
    edits: [['approvals: 4', 'approvals: 3']],
    subject: MAIN,
    before: '4 approvals',
    after: '3 approvals',
  },
  {
    what: 'all reviews',
    field: 'protection.approvals',
    strict: true,
    edits: [['approvals: 2, codeOwners: true', 'codeOwners: true']],
    subject: DEVELOP,
    before: '2 approvals, approval by somebody else than the last pusher',
    after: 'no approval, the last pusher may approve',
  },
  {
    what: 'code owners',
    field: 'protection.codeOwners',
    strict: true,
    edits: [['codeOwners: true, ', '']],
    subject: DEVELOP,
    before: 'review by code owners',
    after: 'no review by code owners',
  },
  {
    what: 'stale reviews',
    field: 'protection.dismissStale',
    strict: true,
    edits: [['codeOwners: true', 'codeOwners: true, dismissStale: false']],
    subject: DEVELOP,
    before: 'a push dismisses approvals',
    after: 'a push dismisses no approval',
  },
  {
    what: 'approval of the last push',
    field: 'protection.lastPushApproval',
    strict: true,
    edits: [['codeOwners: true', 'codeOwners: true, lastPushApproval: false']],
    subject: DEVELOP,
    before: 'approval by somebody else than the last pusher',
    after: 'the last pusher may approve',
  },
  {
    what: 'the linear history',
    field: 'protection.linearHistory',
    strict: true,
    edits: [['linearHistory: true, ', '']],
    subject: DEVELOP,
    before: 'linear history',
    after: 'merge commits',
  },
  {
    what: 'a way to merge',
    field: 'protection.mergeMethods',
    strict: true,
    edits: [["mergeMethods: ['squash']", "mergeMethods: ['squash', 'rebase']"]],
    subject: DEVELOP,
    before: 'squash only',
    after: 'squash or rebase only',
  },
  {
    what: 'the head branch of develop',
    field: 'protection.onlyFrom',
    strict: true,
    edits: [[", onlyFrom: ['feature']", '']],
    subject: DEVELOP,
    before: 'only from feature',
    after: 'from any branch',
  },

  // Settings of environments.
  {
    what: 'the tier of prod',
    field: 'environment.tier',
    edits: [['tier: Tier.production', 'tier: Tier.staging']],
    subject: 'prod',
    before: 'tier production',
    after: 'tier staging',
  },
  {
    what: 'the sync of prod',
    field: 'environment.sync',
    edits: [['sync: Sync.manual(),', '']],
    subject: 'prod',
    before: 'a person syncs',
    after: 'syncs by itself',
  },
  {
    what: 'the group that syncs prod',
    field: 'environment.sync',
    strict: true,
    edits: [["Sync.manual({ group: 'operators' })", 'Sync.manual()']],
    subject: 'prod',
    before: 'synced by operators',
    after: 'synced by whoever Argo CD lets',
  },
  {
    what: 'the wait for a soak',
    field: 'environment.admit',
    strict: true,
    edits: [["  admit: 'after-soak',\n", '']],
    subject: 'dev',
    before: 'a newer release waits until the present one has soaked',
    after: 'a newer release need not wait for the present one to soak',
  },
  {
    what: 'the time to become healthy',
    field: 'environment.health',
    strict: true,
    edits: [["health: { timeout: '5m' }", "health: { timeout: '1h' }"]],
    subject: 'dev',
    before: 'a release without health fails after 5m',
    after: 'a release without health fails after 1h',
  },
  {
    what: 'a plan that holds administrators',
    field: 'repository.plan',
    strict: true,
    edits: [["plan: 'enterprise'", "plan: 'team'"]],
    subject: 'GitHub environments dev, preprod, prod, stagegate and stagegate-intake of lebrick07/openluffy',
    before: 'administrators do not pass',
    after: 'administrators pass (the plan has no other)',
  },
  {
    what: 'a plan that has rulesets',
    field: 'repository.plan',
    edits: [["plan: 'team'", "plan: 'free'"]],
    subject: 'plan and visibility of lebrick07/openluffy',
    before: 'GitHub enforces its rulesets',
    after: 'GitHub enforces none of its rulesets, so that whoever may write pushes to every branch',
  },
  {
    what: 'who may read the code',
    field: 'repository.visibility',
    strict: true,
    edits: [["plan: 'enterprise'", "plan: 'enterprise', visibility: 'public'"]],
    subject: 'plan and visibility of lebrick07/openluffy',
    before: 'only who has access reads the code',
    after: 'everybody reads the code',
  },
  {
    what: 'images from elsewhere',
    field: 'service.build',
    edits: [["build: Build.dockerfile('frontend')", "build: Build.image('docker.io/acme/frontend')"]],
    subject: 'images of dev',
    before: 'images from ghcr.io/lebrick07',
    after: 'images from docker.io/acme/frontend and ghcr.io/lebrick07',
  },

  // Settings of environments, overridden in what is compiled.
  {
    what: 'self-heal',
    field: 'environment.overrides',
    edits: override('dev', 'application', '{ spec: { syncPolicy: { automated: { selfHeal: false } } } }'),
    subject: 'dev',
    before: 'changes by hand are undone',
    after: 'changes by hand stay',
  },
  {
    what: 'pruning',
    field: 'environment.overrides',
    edits: override('preprod', 'application', '{ spec: { syncPolicy: { automated: { prune: false } } } }'),
    subject: 'preprod',
    before: 'what a release no longer has is removed',
    after: 'what a release no longer has stays',
  },
  {
    what: 'automated sync where a person syncs',
    field: 'environment.overrides',
    edits: override('prod', 'application', '{ spec: { syncPolicy: { automated: {} } } }'),
    subject: 'prod',
    before: 'a person syncs',
    after: 'a person syncs',
  },
  {
    what: 'another branch',
    field: 'environment.overrides',
    edits: override('prod', 'application', "{ spec: { source: { targetRevision: 'refs/heads/develop' } } }"),
    subject: 'prod',
    before: 'runs what env/prod says',
    after: 'runs what develop says',
  },
  {
    what: 'a short name of the branch',
    field: 'environment.overrides',
    edits: override('prod', 'application', "{ spec: { source: { targetRevision: 'env/prod' } } }"),
    subject: 'prod',
    before: 'runs what env/prod says',
    after: 'runs what env/prod, or refs/env/prod, says',
  },
  {
    what: 'ignored differences',
    field: 'environment.overrides',
    edits: override(
      'dev',
      'application',
      "{ spec: { ignoreDifferences: [{ group: 'apps', kind: 'Deployment', jsonPointers: ['/spec'] }] } }",
    ),
    subject: 'dev',
    before: 'no difference is ignored',
    after: 'ignores /spec of Deployment',
  },
  {
    what: 'sources of the project',
    field: 'environment.overrides',
    edits: override('prod', 'appProject', "{ spec: { sourceRepos: ['*'] } }"),
    subject: 'AppProject of prod',
    before: 'takes manifests from https://github.com/lebrick07/openluffy.git',
    after: 'takes manifests from *',
  },
  {
    what: 'destinations of the project',
    field: 'environment.overrides',
    edits: override('prod', 'appProject', "{ spec: { destinations: [{ name: 'in-cluster', namespace: '*' }] } }"),
    subject: 'AppProject of prod',
    before: 'writes to its namespace on in-cluster',
    after: 'writes to * on in-cluster',
  },
  {
    what: 'cluster-wide kinds',
    field: 'environment.overrides',
    edits: override(
      'prod',
      'appProject',
      "{ spec: { clusterResourceWhitelist: [{ group: 'rbac.authorization.k8s.io', kind: 'ClusterRole' }] } }",
    ),
    subject: 'AppProject of prod',
    before: 'writes nothing cluster-wide',
    after: 'writes cluster-wide ClusterRole of rbac.authorization.k8s.io',
  },
  {
    what: 'a role that overrides',
    field: 'environment.overrides',
    edits: override(
      'prod',
      'appProject',
      "{ spec: { roles: [{ name: 'ops', groups: ['ops'], policies: ['p, proj:openluffy-prod:ops, applications, override, openluffy-prod/*, allow'] }] } }",
    ),
    subject: 'AppProject of prod',
    before: 'nobody has a role in Argo CD',
    after: 'in Argo CD ops may override applications',
  },
  {
    what: 'Pod Security',
    field: 'environment.overrides',
    edits: override('prod', 'namespace', "{ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } }"),
    subject: 'Pod Security of prod',
    before: 'pods are restricted',
    after: 'pods are baseline',
  },
  {
    what: 'the admission of images',
    field: 'environment.overrides',
    edits: override(
      'prod',
      "of('admissionregistration.k8s.io', 'ValidatingAdmissionPolicyBinding')",
      "{ spec: { validationActions: ['Warn'] } }",
    ),
    subject: 'images of prod',
    before: 'every pod is looked at, images from ghcr.io/lebrick07, images by digest',
    after: 'none of these',
  },
  {
    what: 'the network floor',
    field: 'environment.overrides',
    edits: override('prod', 'networkPolicy', '{ spec: { egress: [{}] } }'),
    subject: 'network of prod',
    before: 'traffic out: to pods k8s-app=kube-dns in namespace kube-system on 53/UDP and 53/TCP',
    after: 'any traffic out',
  },
];
