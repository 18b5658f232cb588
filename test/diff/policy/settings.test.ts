import type { DesiredState } from '../../../lib/desired/desired-state';
import { policyChanges } from './changes';
import { openluffy, STRICT } from './openluffy-program';

// biome-ignore lint/suspicious/noExplicitAny: compiled data is changed at places that its types do not let be changed.
type Loose = any;

const { desired, intent } = openluffy(STRICT);
const changed = (from: DesiredState, change: (draft: Loose) => void): DesiredState => {
  const draft = JSON.parse(JSON.stringify(from)) as Loose;
  change(draft);
  return draft as DesiredState;
};
const repository = (draft: Loose): Loose => draft.repositories[0];
const ruleset = (draft: Loose, name: string): Loose => repository(draft).rulesets.find((one: Loose) => one.name === `stagegate: ${name}`);
const parameters = (draft: Loose, name: string, type: string): Loose =>
  ruleset(draft, name).rules.find((rule: Loose) => rule.type === type).parameters;
const githubEnvironment = (draft: Loose, name: string): Loose => repository(draft).environments.find((one: Loose) => one.name === name);
const object = (draft: Loose, environment: string, kind: string, name?: string): Loose =>
  draft.environments
    .find((one: Loose) => one.name === environment)
    .bootstrap.find((one: Loose) => one.kind === kind && (name === undefined || one.metadata.name === name));

const MAIN = 'main of lebrick07/openluffy';
const ACTIONS = 'Actions of lebrick07/openluffy';

type Row = readonly [what: string, change: (draft: Loose) => void, subject: string, before: string, after: string];

/** Settings that no program of OpenLuffy changes, each made weaker in what is compiled. */
const weaker: readonly Row[] = [
  [
    'all actions',
    (draft) => Object.assign(repository(draft).actions, { allowed: 'all' }),
    ACTIONS,
    'runs actions of GitHub',
    'all actions',
  ],
  [
    'one more action',
    (draft) => repository(draft).actions.patterns.push('acme/*'),
    ACTIONS,
    'runs actions of GitHub',
    'runs actions of GitHub and acme/*',
  ],
  [
    'unpinned actions',
    (draft) => Object.assign(repository(draft).actions, { shaPinningRequired: false }),
    ACTIONS,
    'actions pinned to commits',
    'actions by any tag',
  ],
  [
    'tokens that write by default',
    (draft) => Object.assign(repository(draft).actions, { defaultWorkflowPermissions: 'write' }),
    ACTIONS,
    "a workflow's token reads unless its job says more",
    "a workflow's token writes unless its job says less",
  ],
  [
    'workflows that approve',
    (draft) => Object.assign(repository(draft).actions, { canApprovePullRequestReviews: true }),
    ACTIONS,
    'no workflow approves pull requests',
    'workflows approve pull requests',
  ],
  [
    'an administrator who passes an environment',
    (draft) => Object.assign(githubEnvironment(draft, 'prod'), { can_admins_bypass: true }),
    'GitHub environment prod of lebrick07/openluffy',
    'administrators do not pass',
    'administrators pass',
  ],
  [
    'an environment that jobs use and nothing declares',
    (draft) => repository(draft).environments.splice(repository(draft).environments.indexOf(githubEnvironment(draft, 'stagegate')), 1),
    'GitHub environment stagegate of lebrick07/openluffy',
    'runs on main, administrators do not pass',
    'runs on **/* and tags **/*, administrators pass (the plan has no other)',
  ],
  [
    'a key that another environment holds as well',
    (draft) => githubEnvironment(draft, 'stagegate-intake').secrets.push('STAGEGATE_APP_PRIVATE_KEY'),
    'secret STAGEGATE_APP_PRIVATE_KEY of lebrick07/openluffy',
    'read by runs on main',
    'read by runs on develop and main',
  ],
  [
    'a ref that a ruleset leaves out',
    (draft) => ruleset(draft, 'delivery').conditions.ref_name.exclude.push('refs/heads/env/prod'),
    'env/prod',
    'no creation, no update, except for app stagegate',
    'anybody may create it, anybody may push',
  ],
  [
    'a ruleset that only evaluates',
    (draft) => Object.assign(ruleset(draft, 'releases, creation'), { enforcement: 'evaluate' }),
    'tags stagegate/releases/**',
    'no creation, except for app stagegate',
    'anybody may create it',
  ],
  [
    'an app that may do what the delivery app may',
    (draft) => ruleset(draft, 'releases, creation').bypass_actors.push({ actor_type: 'Integration', actor_id: 7, bypass_mode: 'always' }),
    'tags stagegate/releases/**',
    'no creation, except for app stagegate',
    'no creation, except for app 7 and app stagegate',
  ],
  [
    'checks at creation',
    (draft) => Object.assign(parameters(draft, 'branch main', 'required_status_checks'), { do_not_enforce_on_create: true }),
    MAIN,
    'checks at creation',
    'no checks at creation',
  ],
  [
    'threads',
    (draft) => Object.assign(parameters(draft, 'branch main', 'pull_request'), { required_review_thread_resolution: false }),
    MAIN,
    'threads resolved',
    'threads may stay open',
  ],
  ['signatures', (draft) => ruleset(draft, 'branch main').rules.pop(), MAIN, 'signed commits', 'unsigned commits'],
  [
    'kinds of the project',
    (draft) =>
      object(draft, 'prod', 'AppProject').spec.namespaceResourceWhitelist.push({ group: 'rbac.authorization.k8s.io', kind: 'Role' }),
    'AppProject of prod',
    'writes 10 items',
    'writes Role of rbac.authorization.k8s.io and 10 others',
  ],
  [
    'every kind',
    (draft) => delete object(draft, 'prod', 'AppProject').spec.namespaceResourceWhitelist,
    'AppProject of prod',
    'writes Certificate of cert-manager.io, ConfigMap, Deployment of apps, ExternalSecret of external-secrets.io, HorizontalPodAutoscaler of autoscaling, Ingress of networking.k8s.io, NetworkPolicy of networking.k8s.io, PodDisruptionBudget of policy, Service and ServiceAccount',
    'writes every kind',
  ],
  [
    'a kind that was denied',
    (draft) => delete object(draft, 'prod', 'AppProject').spec.namespaceResourceBlacklist,
    'AppProject of prod',
    'never writes Secret',
    'may write Secret',
  ],
  [
    'Applications of another namespace',
    (draft) => Object.assign(object(draft, 'prod', 'AppProject').spec, { sourceNamespaces: ['teams'] }),
    'AppProject of prod',
    'takes Applications from its namespace alone',
    'takes Applications from teams',
  ],
  [
    'another group that syncs',
    (draft) => object(draft, 'prod', 'AppProject').spec.roles[0].groups.push('everybody'),
    'AppProject of prod',
    'nobody has a role in Argo CD',
    'in Argo CD everybody may sync applications',
  ],
  [
    'privileged pods',
    (draft) => delete object(draft, 'prod', 'Namespace').metadata.labels['pod-security.kubernetes.io/enforce'],
    'Pod Security of prod',
    'pods are restricted',
    'pods are privileged',
  ],
  [
    'the network floor',
    (draft) => Object.assign(object(draft, 'prod', 'NetworkPolicy', 'environment.default-deny').spec, { ingress: [{}] }),
    'network of prod',
    'no traffic in',
    'any traffic in',
  ],
  [
    'tags in production',
    (draft) => object(draft, 'prod', 'ValidatingAdmissionPolicy').spec.validations.pop(),
    'images of prod',
    'images by digest',
    'images by any tag',
  ],
  [
    'an admission that lets pass when it fails',
    (draft) => Object.assign(object(draft, 'prod', 'ValidatingAdmissionPolicy').spec, { failurePolicy: 'Ignore' }),
    'images of prod',
    'every pod is looked at, images from ghcr.io/lebrick07, images by digest',
    'none of these',
  ],
];

/** What the settings above are taken from, where OpenLuffy has none of it. */
const base = changed(desired, (draft) => {
  parameters(draft, 'branch main', 'required_status_checks').do_not_enforce_on_create = false;
  parameters(draft, 'branch main', 'pull_request').required_review_thread_resolution = true;
  ruleset(draft, 'branch main').rules.push({ type: 'required_signatures' });
  object(draft, 'prod', 'AppProject').spec.namespaceResourceBlacklist = [{ group: '', kind: 'Secret' }];
});
test.each(weaker)('%s: weaker, and stronger the other way round', (_, change, subject, before, after) => {
  const head = changed(base, change);
  const changes = policyChanges({ desired: base, intent }, { desired: head });
  expect(changes.map(({ direction }) => direction)).toEqual(changes.map(() => 'weaker'));
  expect(changes.find((one) => one.subject === subject) ?? changes).toMatchObject({ before, after });
  const back = policyChanges({ desired: head }, { desired: base });
  expect(back.map(({ subject: on, direction }) => [on, direction])).toEqual(changes.map(({ subject: on }) => [on, 'stronger']));
});

const tokens = (draft: Loose, path: string, permissions: Record<string, string>): void => {
  for (const workflow of repository(draft).workflows)
    if (workflow.path.endsWith(path)) for (const job of Object.values(workflow.jobs)) Object.assign(job as Loose, { permissions });
};

test.each<readonly [what: string, change: (draft: Loose) => void, what: RegExp]>([
  ['a token of a workflow that writes more', (draft) => tokens(draft, 'validate.yaml', { contents: 'write' }), /contents on pull_request/],
  [
    'an event that starts a run with a key',
    (draft) => {
      for (const workflow of repository(draft).workflows)
        if (workflow.path.endsWith('deliver.yaml')) workflow.on.pull_request_target = null;
    },
    /pull_request_target/,
  ],
])('%s: weaker', (_, change, what) => {
  const changes = policyChanges({ desired, intent }, { desired: changed(desired, change) });
  expect(changes.length).toBeGreaterThan(0);
  for (const { direction, before, after } of changes) {
    expect([direction, before]).toEqual(['weaker', expect.not.stringMatching(what)]);
    expect(after).toMatch(what);
  }
});

test('a ruleset on everything counts on every ref, also on those that nobody names', () => {
  const everything = (rules: readonly Loose[]) =>
    changed(desired, (draft) =>
      repository(draft).rulesets.push({
        name: 'all',
        target: 'branch',
        enforcement: 'active',
        bypass_actors: [],
        conditions: { ref_name: { include: ['~ALL'], exclude: [] } },
        rules,
      }),
    );
  const changes = policyChanges({ desired: everything([{ type: 'required_signatures' }, { type: 'deletion' }]), intent }, { desired });
  expect(changes.filter(({ before }) => before?.includes('signed commits')).map(({ direction, subject }) => [direction, subject])).toEqual([
    ['weaker', 'env/dev, env/preprod and env/prod'],
    ['weaker', 'develop and main of lebrick07/openluffy'],
    ['weaker', 'feature and other branches of lebrick07/openluffy'],
    ['weaker', 'stagegate/state and promote/**'],
    ['weaker', 'env/**'],
  ]);
});

test('no update for anybody is no less than pull requests and checks', () => {
  const closed = changed(desired, (draft) => {
    const found = ruleset(draft, 'branch main');
    found.rules = [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }];
  });
  const changes = policyChanges({ desired, intent }, { desired: closed });
  expect(changes).toMatchObject([{ direction: 'stronger', subject: MAIN, before: 'anybody may push', after: 'no update' }]);
});
