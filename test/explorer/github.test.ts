import type { DesiredBypassActor, DesiredRepository, DesiredRule, DesiredRuleset } from 'stagegate';
import { type Change, mergeDemands, type Principal, pushRefusal } from '../../lib/explorer/github';
import { refMatches, sampleOf } from '../../lib/explorer/ref-pattern';

const developer: Principal = { name: 'developer', person: true, role: 'write', teams: [] };
const member: Principal = { ...developer, name: 'member of ops', teams: ['ops'] };
const maintainer: Principal = { ...developer, name: 'maintainer', role: 'maintain' };
const administrator: Principal = { ...developer, name: 'administrator', role: 'admin' };
const app: Principal = { name: 'app 7', person: false, role: 'write', teams: [], app: '7' };

function repository(...rulesets: DesiredRuleset[]): DesiredRepository {
  const actions = {
    allowed: 'selected',
    githubOwned: true,
    patterns: [],
    shaPinningRequired: true,
    defaultWorkflowPermissions: 'read',
    canApprovePullRequestReviews: false,
  } as const;
  return {
    name: 'acme/shop',
    visibility: 'private',
    plan: 'team',
    defaultBranch: 'main',
    rulesets,
    environments: [],
    actions,
    workflows: [],
    files: [],
  };
}

function ruleset(include: string, rules: readonly DesiredRule[], bypass_actors: readonly DesiredBypassActor[] = []): DesiredRuleset {
  const target = include.startsWith('refs/tags/') ? 'tag' : 'branch';
  return {
    name: include,
    target,
    enforcement: 'active',
    bypass_actors,
    conditions: { ref_name: { include: [include], exclude: [] } },
    rules,
  };
}

const review = (
  count: number,
  methods: readonly ('merge' | 'squash' | 'rebase')[] = ['merge', 'squash', 'rebase'],
): Extract<DesiredRule, { type: 'pull_request' }> => ({
  type: 'pull_request',
  parameters: {
    required_approving_review_count: count,
    dismiss_stale_reviews_on_push: false,
    require_code_owner_review: false,
    require_last_push_approval: false,
    required_review_thread_resolution: false,
    allowed_merge_methods: methods,
  },
});

const check = (context: string, integration_id?: number): DesiredRule => ({
  type: 'required_status_checks',
  parameters: {
    required_status_checks: [{ context, ...(integration_id === undefined ? {} : { integration_id }) }],
    strict_required_status_checks_policy: false,
    do_not_enforce_on_create: true,
  },
});

test.each([
  ['refs/heads/env/*', 'refs/heads/env/prod', true],
  ['refs/heads/env/*', 'refs/heads/env/eu/prod', false],
  ['refs/heads/env/**', 'refs/heads/env/eu/prod', false],
  ['refs/heads/env/**/*', 'refs/heads/env/eu/prod', true],
  ['refs/heads/env/**/*', 'refs/heads/env/prod', true],
  ['refs/heads/env/**/*', 'refs/heads/environment', false],
  ['refs/tags/v*.*.*', 'refs/tags/v1.2.3-rc.1', true],
  ['refs/tags/v[0-9].*', 'refs/tags/v1.2', true],
  ['refs/tags/v[!0-9].*', 'refs/tags/v1.2', false],
  ['refs/heads/release-?', 'refs/heads/release-/', false],
  ['~ALL', 'refs/heads/anything', true],
  ['~DEFAULT_BRANCH', 'refs/heads/main', true],
  ['~DEFAULT_BRANCH', 'refs/heads/develop', false],
  ['refs/heads/a+b', 'refs/heads/aab', false],
])('%s against %s: %s', (pattern, ref, matches) => {
  expect(refMatches(pattern, ref, 'main')).toBe(matches);
});

test.each(['refs/heads/env/**/*', 'refs/tags/v*.*.*', 'refs/tags/v[0-9].?', 'refs/heads/main'])(
  'the sample of %s matches it',
  (pattern) => {
    expect(refMatches(pattern, sampleOf(pattern), 'main')).toBe(true);
  },
);

test.each<[DesiredRule, readonly Change[]]>([
  [{ type: 'creation' }, ['create']],
  [{ type: 'update' }, ['update']],
  [{ type: 'deletion' }, ['delete']],
  [{ type: 'non_fast_forward' }, ['force']],
  [review(0), ['update']],
  [check('validate'), ['update']],
  [{ type: 'required_linear_history' }, []],
])('%j refuses to %j and nothing else', (rule, refused) => {
  const guarded = repository(ruleset('refs/heads/release', [rule]));
  const changes: Change[] = ['create', 'update', 'force', 'delete'];
  expect(changes.filter((change) => pushRefusal(guarded, developer, 'refs/heads/release', change) !== undefined)).toEqual(refused);
  expect(changes.filter((change) => pushRefusal(guarded, developer, 'refs/heads/other', change) !== undefined)).toEqual([]);
});

test('the default branch is not deleted, whatever the rules and whoever asks', () => {
  expect(pushRefusal(repository(), administrator, 'refs/heads/main', 'delete')).toBe('the default branch cannot be deleted');
  expect(pushRefusal(repository(), administrator, 'refs/heads/other', 'delete')).toBeUndefined();
});

test('a ruleset that is disabled, is for tags, or excludes the ref holds nothing', () => {
  const main = ruleset('refs/heads/main', [{ type: 'update' }]);
  const disabled: DesiredRuleset = { ...main, enforcement: 'disabled' };
  const evaluated: DesiredRuleset = { ...main, enforcement: 'evaluate' };
  const tags: DesiredRuleset = { ...main, target: 'tag' };
  const excluded: DesiredRuleset = { ...main, conditions: { ref_name: { include: ['~ALL'], exclude: ['refs/heads/main'] } } };
  for (const one of [disabled, evaluated, tags, excluded]) {
    expect(pushRefusal(repository(one), developer, 'refs/heads/main', 'update')).toBeUndefined();
  }
});

test('who is exempt from one ruleset is held by every other', () => {
  const exempt: DesiredBypassActor = { actor_type: 'Integration', actor_id: 7, bypass_mode: 'always' };
  const first = ruleset('refs/heads/main', [{ type: 'update' }], [exempt]);
  const second = ruleset('refs/heads/*', [review(1)]);
  expect(pushRefusal(repository(first), app, 'refs/heads/main', 'update')).toBeUndefined();
  expect(pushRefusal(repository(first), developer, 'refs/heads/main', 'update')).toContain('updates are restricted');
  expect(pushRefusal(repository(first, second), app, 'refs/heads/main', 'update')).toContain('a pull request is required');
});

test.each<[DesiredBypassActor, readonly Principal[]]>([
  [{ actor_type: 'Integration', actor_id: 7, bypass_mode: 'always' }, [app]],
  [{ actor_type: 'Team', actor_id: '{{slot:team/ops}}', bypass_mode: 'always' }, [member]],
  [{ actor_type: 'RepositoryRole', actor_id: 4, bypass_mode: 'always' }, [developer, member, maintainer, administrator]],
  [{ actor_type: 'RepositoryRole', actor_id: 2, bypass_mode: 'always' }, [maintainer, administrator]],
  [{ actor_type: 'RepositoryRole', actor_id: 5, bypass_mode: 'always' }, [administrator]],
  [{ actor_type: 'OrganizationAdmin', bypass_mode: 'always' }, [administrator]],
  [{ actor_type: 'RepositoryRole', actor_id: 4, bypass_mode: 'pull_request' }, []],
])('%j exempts from a push exactly those it is meant for', (actor, exempt) => {
  const guarded = repository(ruleset('refs/heads/main', [{ type: 'update' }], [actor]));
  const everybody = [developer, member, maintainer, administrator, app];
  expect(everybody.filter((principal) => pushRefusal(guarded, principal, 'refs/heads/main', 'update') === undefined)).toEqual(exempt);
});

test('an exemption in pull requests opens the merge and keeps the push closed', () => {
  const actor: DesiredBypassActor = { actor_type: 'Team', actor_id: 'ops', bypass_mode: 'pull_request' };
  const guarded = repository(ruleset('refs/heads/main', [{ type: 'update' }, review(2)], [actor]));
  expect(mergeDemands(guarded, developer, 'main').closed).toContain('updates are restricted');
  expect(mergeDemands(guarded, member, 'main')).toMatchObject({ closed: undefined, approvals: 0 });
  expect(pushRefusal(guarded, member, 'refs/heads/main', 'update')).toContain('updates are restricted');
});

test('rulesets add up and the strictest wins', () => {
  const linear: DesiredRule = { type: 'required_linear_history' };
  const guarded = repository(
    ruleset('refs/heads/main', [review(1, ['merge', 'squash']), check('validate', 15368)]),
    ruleset('refs/heads/*', [review(2, ['squash', 'merge', 'rebase']), check('scan'), linear]),
  );
  expect(mergeDemands(guarded, developer, 'main')).toMatchObject({
    approvals: 2,
    methods: ['squash'],
    checks: [{ context: 'validate', integration_id: 15368 }, { context: 'scan' }],
  });
});

test('a required check counts from its own app alone, an unbound one from anybody', () => {
  const bound = repository(ruleset('refs/heads/main', [check('validate', 15368)]));
  const unbound = repository(ruleset('refs/heads/main', [check('validate')]));
  const by = (app?: string) => [{ context: 'validate', ...(app === undefined ? {} : { app }) }];
  expect(pushRefusal(bound, developer, 'refs/heads/main', 'update', by('15368'))).toBeUndefined();
  expect(pushRefusal(bound, developer, 'refs/heads/main', 'update', by('foreign'))).toContain('validate is required');
  expect(pushRefusal(bound, developer, 'refs/heads/main', 'update', by())).toContain('validate is required');
  expect(pushRefusal(unbound, developer, 'refs/heads/main', 'update', by())).toBeUndefined();
});
