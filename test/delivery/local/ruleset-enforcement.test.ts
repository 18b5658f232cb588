import fc from 'fast-check';
import { patternExpression } from '../../../lib/compile/github/ref-patterns';
import type { Actor, Review, Status } from '../../../lib/delivery/host';
import { anonymous, type People, type Principal, principal } from '../../../lib/delivery/local/people';
import { conditionCovers, refPatternMatches } from '../../../lib/delivery/local/ref-patterns';
import {
  applicableRules,
  factsAskedFor,
  type MergeFacts,
  mergeViolations,
  type PushFacts,
  pushViolations,
} from '../../../lib/delivery/local/ruleset-enforcement';
import type { DesiredBypassActor, DesiredRule, DesiredRuleset } from '../../../lib/desired/desired-state';
import { cast, checkRule, pullRequestRule, ruleset } from '../host/contract';

describe('patterns of refs', () => {
  // Ruby: File.fnmatch(pattern, name, File::FNM_PATHNAME)
  const table: readonly (readonly [pattern: string, name: string, matches: boolean])[] = [
    ['refs/heads/main', 'refs/heads/main', true],
    ['refs/heads/main', 'refs/heads/main2', false],
    ['refs/heads/main', 'refs/heads/feature/main', false],
    ['refs/heads/*', 'refs/heads/main', true],
    ['refs/heads/*', 'refs/heads/env/dev', false],
    ['refs/heads/env/*', 'refs/heads/env/dev', true],
    ['refs/heads/env/*', 'refs/heads/env/dev/eu', false],
    ['refs/heads/env/*', 'refs/heads/env', false],
    ['refs/heads/env/**', 'refs/heads/env/dev', true],
    ['refs/heads/env/**', 'refs/heads/env/dev/eu', false],
    ['refs/heads/env/**/*', 'refs/heads/env/dev', true],
    ['refs/heads/env/**/*', 'refs/heads/env/dev/eu/one', true],
    ['refs/heads/env/**/*', 'refs/heads/env', false],
    ['refs/heads/env/**/*', 'refs/heads/environment', false],
    ['refs/heads/**/*', 'refs/heads/main', true],
    ['refs/heads/**/*', 'refs/heads/a/b/c', true],
    ['refs/heads/**/prod', 'refs/heads/prod', true],
    ['refs/heads/**/prod', 'refs/heads/a/b/prod', true],
    ['refs/heads/**/prod', 'refs/heads/a/b/preprod', false],
    ['refs/heads/qa**/**/*', 'refs/heads/qa-1/a', true],
    ['refs/heads/qa**/**/*', 'refs/heads/qa-1', false],
    ['refs/heads/qa**', 'refs/heads/qa-1', true],
    ['refs/heads/qa**', 'refs/heads/qa/1', false],
    ['refs/heads/release/**x/y', 'refs/heads/release/ax/y', true],
    ['refs/heads/release/**x/y', 'refs/heads/release/a/x/y', false],
    ['refs/tags/v*.*.*', 'refs/tags/v1.2.3', true],
    ['refs/tags/v*.*.*', 'refs/tags/v1.2.3-rc.1', true],
    ['refs/tags/v*.*.*', 'refs/tags/vfoo.bar.baz', true],
    ['refs/tags/v*.*.*', 'refs/tags/v1.2', false],
    ['refs/tags/v*.*.*', 'refs/tags/v1.2.3/x', false],
    ['refs/tags/v[0-9]*', 'refs/tags/v1.2.3', true],
    ['refs/tags/v[0-9]*', 'refs/tags/vx', false],
    ['refs/tags/v?', 'refs/tags/v1', true],
    ['refs/tags/v?', 'refs/tags/v12', false],
    ['refs/tags/v?1', 'refs/tags/v/1', false],
    ['refs/heads/{a,b}', 'refs/heads/a', false],
    ['refs/heads/{a,b}', 'refs/heads/{a,b}', true],
    ['refs/heads/a(b|c)', 'refs/heads/ab', false],
    ['refs/heads/a(b|c)', 'refs/heads/a(b|c)', true],
    ['refs/heads/@(a|b)', 'refs/heads/a', false],
    ['refs/heads/!(a)', 'refs/heads/b', false],
    ['refs/heads/+x', 'refs/heads/+x', true],
    ['!refs/heads/a', 'refs/heads/b', false],
    ['#refs', '#refs', true],
    ['', 'refs/heads/main', false],
    ['refs/heads/.*', 'refs/heads/.x', true],
    ['refs/heads/Main', 'refs/heads/main', false],
  ];

  test.each(table)('%s on %s: %s', (pattern, name, matches) => {
    expect(refPatternMatches(pattern, name)).toBe(matches);
  });

  test('the host reads a pattern as the compiled workflows read it', () => {
    const part = fc.stringMatching(/^[a-c*?]{1,4}$/);
    const pattern = fc.array(fc.oneof(part, fc.constant('**')), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    const name = fc.array(fc.stringMatching(/^[a-c]{1,3}$/), { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(pattern, name, (one, other) => refPatternMatches(one, other) === new RegExp(patternExpression(one)).test(other)),
      { numRuns: 2_000 },
    );
  });

  test('GitHub’s words stand for all refs and for the default branch, and an exclusion wins', () => {
    const covers = (include: readonly string[], exclude: readonly string[], ref: string) =>
      conditionCovers({ include, exclude }, ref, 'trunk');
    expect(covers(['~ALL'], [], 'refs/heads/a/b')).toBe(true);
    expect(covers(['~DEFAULT_BRANCH'], [], 'refs/heads/trunk')).toBe(true);
    expect(covers(['~DEFAULT_BRANCH'], [], 'refs/heads/main')).toBe(false);
    expect(covers(['~ALL'], ['refs/heads/a/*'], 'refs/heads/a/b')).toBe(false);
    expect(covers(['~ALL'], ['~DEFAULT_BRANCH'], 'refs/heads/trunk')).toBe(false);
    expect(covers([], [], 'refs/heads/trunk')).toBe(false);
  });
});

const who = (login: string): Principal => (login === '' ? anonymous : principal(cast, login));
const actor = (login: string): Actor => {
  const { kind } = principal(cast, login);
  return { kind, login };
};

describe('who bypasses a ruleset', () => {
  const bypass = (actors: readonly DesiredBypassActor[], login: string, way: 'push' | 'pull-request' = 'push') =>
    applicableRules([ruleset('r', ['~ALL'], [{ type: 'update' }], actors)], {
      ref: 'refs/heads/x',
      defaultBranch: 'main',
      by: who(login),
      way,
    }).length === 0;
  const always = { bypass_mode: 'always' } as const;
  const everybody = ['', 'ada', 'alice', 'bob', 'carol', 'rita', 'acme-delivery', 'acme-other'];
  const bypassing = (one: DesiredBypassActor) => everybody.filter((login) => bypass([one], login));

  test.each<[string, DesiredBypassActor, readonly string[]]>([
    ['an app by its id', { actor_type: 'Integration', actor_id: 1001, ...always }, ['acme-delivery']],
    ['the members of a team', { actor_type: 'Team', actor_id: 11, ...always }, ['carol']],
    ['admins', { actor_type: 'RepositoryRole', actor_id: 5, ...always }, ['ada']],
    ['maintainers and above', { actor_type: 'RepositoryRole', actor_id: 2, ...always }, ['ada', 'carol']],
    ['writers and above', { actor_type: 'RepositoryRole', actor_id: 4, ...always }, ['ada', 'alice', 'bob', 'carol']],
    ['owners of the organisation', { actor_type: 'OrganizationAdmin', ...always }, ['ada']],
    ['nobody by a slot that was never filled', { actor_type: 'Integration', actor_id: '{{slot:app/x}}', ...always }, []],
  ])('%s', (_, one, expected) => {
    expect(bypassing(one)).toEqual(expected);
  });

  test('nobody bypasses a ruleset without bypass actors', () => {
    expect(everybody.filter((login) => bypass([], login))).toEqual([]);
  });

  test('a bypass for pull requests holds for merges alone', () => {
    const one = { actor_type: 'Integration', actor_id: 1001, bypass_mode: 'pull_request' } as const;
    expect(bypass([one], 'acme-delivery', 'push')).toBe(false);
    expect(bypass([one], 'acme-delivery', 'pull-request')).toBe(true);
  });

  test('rulesets for tags do not hold for branches, nor those for branches for tags', () => {
    const tag: DesiredRuleset = { ...ruleset('t', ['~ALL'], [{ type: 'update' }]), target: 'tag' };
    const held = (ref: string) => applicableRules([tag], { ref, defaultBranch: 'main', by: who('alice'), way: 'push' }).length;
    expect([held('refs/tags/x'), held('refs/heads/x')]).toEqual([1, 0]);
  });

  test('rules that are evaluated only, or disabled, hold for nobody', () => {
    for (const enforcement of ['disabled', 'evaluate'] as const) {
      const one = { ...ruleset('r', ['~ALL'], [{ type: 'update' }]), enforcement };
      expect(applicableRules([one], { ref: 'refs/heads/x', defaultBranch: 'main', by: who('alice'), way: 'push' })).toEqual([]);
    }
  });
});

describe('what a push breaks', () => {
  const facts: PushFacts = { kind: 'update', fastForward: true, merges: [], unsigned: [], statuses: [] };
  const broken = (rule: DesiredRule, change: Partial<PushFacts> = {}) =>
    pushViolations([{ ruleset: 'r', rule }], { ...facts, ...change }, cast).map(({ message }) => message);
  const success: Status = { context: 'gates', state: 'success', description: '', creator: actor('acme-delivery'), at: 0 };

  test.each<[DesiredRule, Partial<PushFacts>, RegExp | undefined]>([
    [{ type: 'creation' }, { kind: 'creation' }, /creation is restricted/],
    [{ type: 'creation' }, { kind: 'update' }, undefined],
    [{ type: 'update' }, { kind: 'update' }, /update is restricted/],
    [{ type: 'update' }, { kind: 'creation' }, undefined],
    [{ type: 'update' }, { kind: 'deletion' }, undefined],
    [{ type: 'deletion' }, { kind: 'deletion' }, /deletion is restricted/],
    [{ type: 'deletion' }, { kind: 'update' }, undefined],
    [{ type: 'non_fast_forward' }, { fastForward: false }, /force pushes are blocked/],
    [{ type: 'non_fast_forward' }, { fastForward: true }, undefined],
    [{ type: 'non_fast_forward' }, { kind: 'creation', fastForward: false }, undefined],
    [{ type: 'required_linear_history' }, { merges: ['abcdef0123456789'] }, /abcdef012345 is a merge commit/],
    [{ type: 'required_linear_history' }, {}, undefined],
    [{ type: 'required_signatures' }, { unsigned: ['abcdef0123456789'] }, /abcdef012345 is not signed/],
    [{ type: 'required_signatures' }, {}, undefined],
    [pullRequestRule(), { kind: 'update' }, /through a pull request/],
    [pullRequestRule(), { kind: 'creation' }, undefined],
    [checkRule('gates'), {}, /gates was not posted/],
    [checkRule('gates'), { statuses: [success] }, undefined],
    [checkRule('gates'), { kind: 'creation' }, undefined],
    [checkRule('gates'), { kind: 'deletion' }, undefined],
    [
      checkRule('gates', { app: 1002 }),
      { statuses: [success] },
      /by the app acme-other was not posted; the status of acme-delivery does not count/,
    ],
    [checkRule('gates', { app: 4711 }), { statuses: [success] }, /by the app with the id 4711/],
  ])('%j with %j: %s', (rule, change, expected) => {
    expect(broken(rule, change)).toEqual(expected === undefined ? [] : [expect.stringMatching(expected)]);
  });

  test('checks hold at creation too, unless the rule says otherwise', () => {
    const rule = checkRule('gates') as Extract<DesiredRule, { type: 'required_status_checks' }>;
    const enforced = { ...rule, parameters: { ...rule.parameters, do_not_enforce_on_create: false } };
    expect(broken(enforced, { kind: 'creation' })).toHaveLength(1);
  });

  test('every rule that reads a fact asks for it', () => {
    const asked = (rule: DesiredRule) => [...factsAskedFor([{ ruleset: 'r', rule }])];
    expect(asked({ type: 'non_fast_forward' })).toEqual(['fastForward']);
    expect(asked({ type: 'required_linear_history' })).toEqual(['merges']);
    expect(asked({ type: 'required_signatures' })).toEqual(['unsigned']);
    expect(asked(checkRule('x'))).toEqual(['statuses']);
    expect(asked({ type: 'update' })).toEqual([]);
  });
});

describe('what a merge breaks', () => {
  const review = (login: string, state: Review['state'] = 'approved', commit = 'head'): Review => ({
    author: actor(login),
    state,
    commit,
    at: 0,
  });
  const facts: MergeFacts = {
    method: 'squash',
    headCommit: 'head',
    author: 'alice',
    upToDate: true,
    statuses: [],
    reviews: [],
    codeOwners: [],
  };
  const broken = (rule: DesiredRule, change: Partial<MergeFacts> = {}, people: People = cast) =>
    mergeViolations([{ ruleset: 'r', rule }], { ...facts, ...change }, people).map(({ message }) => message);
  const two = pullRequestRule({ required_approving_review_count: 2 });

  test.each<[string, Partial<MergeFacts>, readonly RegExp[]]>([
    ['two approvals of two who may write', { reviews: [review('bob'), review('carol')] }, []],
    ['one approval, given twice', { reviews: [review('bob'), review('bob')] }, [/2 approving reviews are required, 1 given/]],
    ['the approval of the author', { reviews: [review('bob'), review('alice')] }, [/1 given/]],
    ['the approval of a reader', { reviews: [review('bob'), review('rita')] }, [/1 given/]],
    [
      'the approval of somebody who has left',
      { reviews: [review('bob'), { ...review('bob'), author: { kind: 'person', login: 'gone' } }] },
      [/1 given/],
    ],
    [
      'an approval that its author took back',
      { reviews: [review('bob'), review('carol'), review('carol', 'changes-requested')] },
      [/1 given/, /changes were requested by carol/],
    ],
    [
      'a request for changes that became an approval',
      { reviews: [review('carol', 'changes-requested'), review('carol'), review('bob')] },
      [],
    ],
    ['a comment after an approval', { reviews: [review('bob'), review('carol'), review('carol', 'commented')] }, []],
    ['a dismissed approval', { reviews: [review('bob'), review('carol', 'dismissed')] }, [/1 given/]],
    ['approvals of an older head', { reviews: [review('bob', 'approved', 'old'), review('carol')] }, []],
  ])('%s', (_, change, expected) => {
    expect(broken(two, change)).toEqual(expected.map((one) => expect.stringMatching(one)));
  });

  test('approvals of an older head do not count where they are dismissed', () => {
    const rule = pullRequestRule({ required_approving_review_count: 1, dismiss_stale_reviews_on_push: true });
    expect(broken(rule, { reviews: [review('bob', 'approved', 'old')] })).toEqual([expect.stringMatching(/0 given/)]);
    expect(broken(rule, { reviews: [review('bob')] })).toEqual([]);
  });

  test('the last push needs the approval of its head by somebody else', () => {
    const rule = pullRequestRule({ require_last_push_approval: true });
    expect(broken(rule, { lastPusher: 'bob', reviews: [review('bob')] })).toEqual([expect.stringMatching(/other than bob/)]);
    expect(broken(rule, { lastPusher: 'alice', reviews: [review('bob', 'approved', 'old')] })).toHaveLength(1);
    expect(broken(rule, { lastPusher: 'alice', reviews: [review('bob')] })).toEqual([]);
    expect(broken(rule, { reviews: [review('bob')] })).toEqual([]);
  });

  test('each changed file needs one of its owners: a login, or a member of the team', () => {
    const rule = pullRequestRule({ require_code_owner_review: true });
    const codeOwners = [
      { path: 'a', owners: ['@acme/release-managers', '@ada'] },
      { path: 'b', owners: ['@bob'] },
    ];
    expect(broken(rule, { codeOwners, reviews: [review('carol'), review('bob')] })).toEqual([]);
    expect(broken(rule, { codeOwners, reviews: [review('ada'), review('bob')] })).toEqual([]);
    expect(broken(rule, { codeOwners, reviews: [review('carol')] })).toEqual(['b needs the review of a code owner: @bob']);
    expect(
      broken(rule, { codeOwners: [{ path: 'c', owners: ['@acme/strangers', 'x@example.org'] }], reviews: [review('carol')] }),
    ).toHaveLength(1);
  });

  test('a head that is behind breaks strict checks alone, and is told apart from what a check lacks', () => {
    const strict = [{ ruleset: 'r', rule: checkRule('gates', { strict: true }) }];
    const statuses: Status[] = [{ context: 'gates', state: 'success', description: '', creator: actor('acme-delivery'), at: 0 }];
    expect(mergeViolations(strict, { ...facts, upToDate: false, statuses }, cast)).toEqual([expect.objectContaining({ behind: true })]);
    expect(mergeViolations(strict, { ...facts, upToDate: false }, cast).map(({ behind }) => behind)).toEqual([undefined, true]);
    expect(broken(checkRule('gates'), { upToDate: false, statuses })).toEqual([]);
  });

  test('a later status of somebody else does not replace the one of the app that is asked for', () => {
    const by = (login: string, state: Status['state']): Status => ({
      context: 'gates',
      state,
      description: '',
      creator: actor(login),
      at: 0,
    });
    const rule = checkRule('gates', { app: 1001 });
    expect(broken(rule, { statuses: [by('acme-delivery', 'success'), by('acme-other', 'failure')] })).toEqual([]);
    expect(broken(rule, { statuses: [by('acme-delivery', 'failure'), by('alice', 'success')] })).toEqual([
      'required check gates by the app acme-delivery is failure',
    ]);
    // A person who took the slug of the app as login is not the app.
    const impostor = { ...by('acme-delivery', 'success'), creator: { kind: 'person', login: 'acme-delivery' } as const };
    expect(broken(rule, { statuses: [impostor] })).toHaveLength(1);
  });

  test.each<[DesiredRule, Partial<MergeFacts>, number]>([
    [{ type: 'update' }, {}, 1],
    [{ type: 'creation' }, {}, 0],
    [{ type: 'deletion' }, {}, 0],
    [{ type: 'non_fast_forward' }, {}, 0],
    [{ type: 'required_signatures' }, {}, 0],
    [{ type: 'required_linear_history' }, { method: 'merge' }, 1],
    [{ type: 'required_linear_history' }, { method: 'rebase' }, 0],
    [pullRequestRule({ allowed_merge_methods: ['squash'] }), { method: 'rebase' }, 1],
    [pullRequestRule({ allowed_merge_methods: ['squash'] }), { method: 'squash' }, 0],
  ])('%j with %j breaks %d rules', (rule, change, count) => {
    expect(broken(rule, change)).toHaveLength(count);
  });
});
