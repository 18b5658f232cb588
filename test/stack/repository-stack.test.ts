import { compile, type DesiredRule, type DesiredRuleset, type DesiredState, repositoryStack } from 'stagegate';
import { rulesetInputs } from '../../lib/stack/github-resource';
import { edited, openluffy } from '../compile/model-fixture';
import { refusal } from '../declared';

const desired = compile(openluffy());
const stack = repositoryStack(desired);

function ruleset(rules: readonly DesiredRule[], more: Partial<DesiredRuleset> = {}): DesiredRuleset {
  return {
    name: 'stagegate: example',
    target: 'branch',
    enforcement: 'active',
    bypass_actors: [],
    conditions: { ref_name: { include: ['refs/heads/main'], exclude: ['refs/heads/other'] } },
    rules,
    ...more,
  };
}

test('a ruleset is said in the names of the provider and the values of GitHub', () => {
  const inputs = rulesetInputs(
    ruleset(
      [
        { type: 'creation' },
        { type: 'update', parameters: { update_allows_fetch_and_merge: false } },
        { type: 'deletion' },
        { type: 'non_fast_forward' },
        { type: 'required_linear_history' },
        { type: 'required_signatures' },
        {
          type: 'pull_request',
          parameters: {
            required_approving_review_count: 2,
            dismiss_stale_reviews_on_push: true,
            require_code_owner_review: false,
            require_last_push_approval: true,
            required_review_thread_resolution: false,
            allowed_merge_methods: ['squash'],
          },
        },
        {
          type: 'required_status_checks',
          parameters: {
            required_status_checks: [{ context: 'validate', integration_id: 15_368 }, { context: 'other' }],
            strict_required_status_checks_policy: true,
            do_not_enforce_on_create: true,
          },
        },
      ],
      { bypass_actors: [{ actor_type: 'Team', actor_id: 7, bypass_mode: 'pull_request' }] },
    ),
    'openluffy',
  );
  expect(inputs).toEqual({
    name: 'stagegate: example',
    repository: 'openluffy',
    target: 'branch',
    enforcement: 'active',
    bypassActors: [{ actorId: 7, actorType: 'Team', bypassMode: 'pull_request' }],
    conditions: { refName: { includes: ['refs/heads/main'], excludes: ['refs/heads/other'] } },
    rules: {
      creation: true,
      update: true,
      updateAllowsFetchAndMerge: false,
      deletion: true,
      nonFastForward: true,
      requiredLinearHistory: true,
      requiredSignatures: true,
      pullRequest: {
        allowedMergeMethods: ['squash'],
        dismissStaleReviewsOnPush: true,
        requireCodeOwnerReview: false,
        requireLastPushApproval: true,
        requiredApprovingReviewCount: 2,
        requiredReviewThreadResolution: false,
      },
      requiredStatusChecks: {
        doNotEnforceOnCreate: true,
        requiredChecks: [{ context: 'validate', integrationId: 15_368 }, { context: 'other' }],
        strictRequiredStatusChecksPolicy: true,
      },
    },
  });
});

test('bypass actors come each once and in one order, administrators without an id; none is an empty list', () => {
  const team = { actor_type: 'Team', actor_id: 7, bypass_mode: 'pull_request' } as const;
  const admin = { actor_type: 'OrganizationAdmin', bypass_mode: 'always' } as const;
  const app = { actor_type: 'Integration', actor_id: 3, bypass_mode: 'always' } as const;
  const actors = [
    { actorId: 3, actorType: 'Integration', bypassMode: 'always' },
    { actorType: 'OrganizationAdmin', bypassMode: 'always' },
    { actorId: 7, actorType: 'Team', bypassMode: 'pull_request' },
  ];
  expect(rulesetInputs(ruleset([], { bypass_actors: [team, admin, app, team] }), 'r').bypassActors).toEqual(actors);
  expect(rulesetInputs(ruleset([], { bypass_actors: [app, team, admin] }), 'r').bypassActors).toEqual(actors);
  expect(rulesetInputs(ruleset([]), 'r').bypassActors).toEqual([]);
});

test('what is exempt from one ruleset on a ref is exempt from no other one: the two of each stay apart', () => {
  const rulesets = stack.resources.filter(({ type }) => type.endsWith(':RepositoryRuleset'));
  const declared = desired.repositories.flatMap(({ rulesets: all }) => all);
  expect(rulesets.map(({ inputs }) => inputs)).toEqual(declared.map((one) => rulesetInputs(one, 'openluffy')));
  expect(rulesets.map(({ name }) => name)).toEqual(declared.map(({ name }) => `RepositoryRuleset/lebrick07/openluffy/${name}`));
});

test('what lies in a GitHub environment comes after it, each ref that it admits for itself', () => {
  const names = stack.resources.filter(({ name }) => name.includes('/stagegate-intake')).map(({ name, dependsOn }) => [name, dependsOn]);
  const holder = 'RepositoryEnvironment/lebrick07/openluffy/stagegate-intake';
  expect(names).toEqual([
    [holder, []],
    ['RepositoryEnvironmentDeploymentPolicy/lebrick07/openluffy/stagegate-intake/branch/develop', [holder]],
    ['RepositoryEnvironmentDeploymentPolicy/lebrick07/openluffy/stagegate-intake/branch/main', [holder]],
    ['ActionsEnvironmentVariable/lebrick07/openluffy/stagegate-intake/STAGEGATE_INTAKE_APP_ID', [holder]],
    ['ActionsEnvironmentSecret/lebrick07/openluffy/stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY', [holder]],
  ]);
  expect(stack.resources.find(({ name }) => name === holder)?.inputs).toEqual({
    repository: 'openluffy',
    environment: 'stagegate-intake',
    deploymentBranchPolicy: { protectedBranches: false, customBranchPolicies: true },
  });
});

test('a secret is known by its name alone', () => {
  const secrets = stack.resources.filter(({ secret }) => secret !== undefined);
  expect(secrets.map(({ secret, inputs }) => [secret, inputs])).toEqual([
    ['stagegate/STAGEGATE_APP_PRIVATE_KEY', { repository: 'openluffy', environment: 'stagegate', secretName: 'STAGEGATE_APP_PRIVATE_KEY' }],
    [
      'stagegate-intake/STAGEGATE_INTAKE_PRIVATE_KEY',
      { repository: 'openluffy', environment: 'stagegate-intake', secretName: 'STAGEGATE_INTAKE_PRIVATE_KEY' },
    ],
  ]);
});

test('only GitHub’s own actions run, by commit, with a token that reads', () => {
  expect(stack.resources.slice(-2).map(({ inputs }) => inputs)).toEqual([
    {
      repository: 'openluffy',
      enabled: true,
      allowedActions: 'selected',
      allowedActionsConfig: { githubOwnedAllowed: true, patternsAlloweds: [], verifiedAllowed: false },
      shaPinningRequired: true,
    },
    { repository: 'openluffy', defaultWorkflowPermissions: 'read', canApprovePullRequestReviews: false },
  ]);
});

test('with production, what no change of the program drops is protected; what comes and goes with the program is not', () => {
  const guarded = (state: DesiredState) =>
    repositoryStack(state)
      .resources.filter(({ protect }) => protect)
      .map(({ name }) => name.slice(name.indexOf('/lebrick07/openluffy/') + '/lebrick07/openluffy/'.length));
  expect(guarded(desired)).toEqual([
    'stagegate: branch main',
    'stagegate: delivery',
    'stagegate: delivery, history',
    'stagegate: environments',
    'stagegate: releases, creation',
    'stagegate: releases, history',
    'prod',
    'stagegate',
    'stagegate-intake',
  ]);
  const staging = edited(openluffy(), (draft) => {
    for (const environment of draft.environments) environment.tier = 'staging';
  });
  expect(guarded(compile(staging))).toEqual([]);
});

test('a part of the repositories is chosen by name, and one that nobody declared is refused', () => {
  expect(repositoryStack(desired, { repositories: ['lebrick07/openluffy'] })).toEqual(stack);
  expect(repositoryStack(desired, { repositories: [] }).resources).toEqual([]);
  expect(refusal(() => repositoryStack(desired, { repositories: ['acme/shop'] }))).toMatchObject({
    code: 'SG058',
    given: 'acme/shop',
    expected: 'lebrick07/openluffy',
  });
});
