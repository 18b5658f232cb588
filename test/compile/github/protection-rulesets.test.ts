import { BranchProtection } from '../../../lib/branch-protection';
import { compileDelivery } from '../../../lib/compile/delivery';
import { protectionRulesets } from '../../../lib/compile/github/protection-rulesets';
import type { DesiredRule, DesiredRuleset } from '../../../lib/desired/desired-state';
import type { PlatformModel } from '../../../lib/model/platform-model';
import { Bypass } from '../../../lib/values/bypass';
import { Check } from '../../../lib/values/check';
import { InvalidValueError } from '../../../lib/values/diagnostic';
import { type Draft, edited, openluffy } from '../model-fixture';

const REPOSITORY = 'lebrick07/openluffy';

function rulesets(model: PlatformModel, repository = REPOSITORY): DesiredRuleset[] {
  return protectionRulesets(model, compileDelivery(model), repository);
}

function named(model: PlatformModel, name: string): DesiredRuleset {
  const found = rulesets(model).find((ruleset) => ruleset.name === name);
  if (found === undefined) throw new Error(`no ruleset ${name} among ${rulesets(model).map((ruleset) => ruleset.name)}`);
  return found;
}

function rule<Type extends DesiredRule['type']>(ruleset: DesiredRuleset, type: Type): Extract<DesiredRule, { type: Type }> {
  const found = ruleset.rules.find((candidate) => candidate.type === type);
  if (found === undefined) throw new Error(`${ruleset.name} has no rule ${type}`);
  return found as Extract<DesiredRule, { type: Type }>;
}

function changed(change: (draft: Draft<PlatformModel>) => void): PlatformModel {
  return edited(openluffy(), change);
}

test('the declared branches of OpenLuffy get one ruleset each, exactly these', () => {
  const delivery = '{{slot:app/delivery}}';
  expect(rulesets(openluffy())).toEqual([
    {
      name: 'stagegate: branch develop',
      target: 'branch',
      enforcement: 'active',
      bypass_actors: [],
      conditions: { ref_name: { include: ['refs/heads/develop'], exclude: [] } },
      rules: [
        {
          type: 'pull_request',
          parameters: {
            required_approving_review_count: 0,
            dismiss_stale_reviews_on_push: false,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_review_thread_resolution: false,
            allowed_merge_methods: ['merge', 'squash', 'rebase'],
          },
        },
        {
          type: 'required_status_checks',
          parameters: {
            required_status_checks: [{ context: 'validate', integration_id: 15368 }],
            strict_required_status_checks_policy: false,
            do_not_enforce_on_create: true,
          },
        },
        { type: 'deletion' },
        { type: 'non_fast_forward' },
      ],
    },
    {
      name: 'stagegate: branch main',
      target: 'branch',
      enforcement: 'active',
      bypass_actors: [],
      conditions: { ref_name: { include: ['refs/heads/main'], exclude: [] } },
      rules: [
        {
          type: 'pull_request',
          parameters: {
            required_approving_review_count: 1,
            dismiss_stale_reviews_on_push: true,
            require_code_owner_review: true,
            require_last_push_approval: true,
            required_review_thread_resolution: false,
            allowed_merge_methods: ['merge', 'squash', 'rebase'],
          },
        },
        {
          type: 'required_status_checks',
          parameters: {
            required_status_checks: [
              { context: 'validate', integration_id: 15368 },
              { context: 'stagegate/head', integration_id: delivery },
              { context: 'stagegate/policy', integration_id: delivery },
            ],
            strict_required_status_checks_policy: false,
            do_not_enforce_on_create: true,
          },
        },
        { type: 'deletion' },
        { type: 'non_fast_forward' },
      ],
    },
  ]);
});

describe('the program branch', () => {
  test('needs as many approvals as the strictest edge into a production tier', () => {
    const model = changed((draft) => {
      for (const gate of draft.policies.flatMap((policy) => policy.gates)) if (gate.kind === 'approvals') gate.total = 3;
    });
    const { parameters } = rule(named(model, 'stagegate: branch main'), 'pull_request');
    expect(parameters.required_approving_review_count).toBe(3);
  });

  test('keeps the larger number that is declared for it', () => {
    const model = changed((draft) => {
      for (const protection of draft.protections) protection.approvals = 4;
    });
    expect(rule(named(model, 'stagegate: branch main'), 'pull_request').parameters.required_approving_review_count).toBe(4);
  });

  test('is protected, strictly up to date, although nothing is declared for it', () => {
    const model = changed((draft) => {
      draft.protections = draft.protections.filter(({ name }) => name !== 'main');
    });
    const ruleset = named(model, 'stagegate: branch main');
    expect(ruleset.bypass_actors).toEqual([]);
    expect(ruleset.rules.map(({ type }) => type)).toEqual(['pull_request', 'required_status_checks', 'deletion', 'non_fast_forward']);
    expect(rule(ruleset, 'pull_request').parameters).toMatchObject({
      required_approving_review_count: 1,
      dismiss_stale_reviews_on_push: true,
      require_code_owner_review: true,
      require_last_push_approval: true,
    });
    expect(rule(ruleset, 'required_status_checks').parameters).toEqual({
      required_status_checks: [{ context: 'stagegate/policy', integration_id: '{{slot:app/delivery}}' }],
      strict_required_status_checks_policy: true,
      do_not_enforce_on_create: true,
    });
  });

  test('needs one approval, of anybody, where no edge into a production tier asks for any', () => {
    const model = changed((draft) => {
      draft.protections = [];
      for (const policy of draft.policies) policy.gates = policy.gates.filter(({ kind }) => kind !== 'approvals');
    });
    expect(rule(named(model, 'stagegate: branch main'), 'pull_request').parameters).toMatchObject({
      required_approving_review_count: 1,
      require_code_owner_review: false,
    });
  });

  test('demands what it has to of actors that are declared to be exempt, too', () => {
    const model = changed((draft) => {
      for (const protection of draft.protections) protection.bypass = [{ kind: 'team', slug: 'leads', mode: 'pull_request' }];
    });
    expect(named(model, 'stagegate: branch main').bypass_actors).toEqual([
      { actor_type: 'Team', actor_id: '{{slot:team/leads}}', bypass_mode: 'pull_request' },
    ]);
    const strict = named(model, 'stagegate: branch main, history');
    expect(strict.bypass_actors).toEqual([]);
    expect(strict.rules.map(({ type }) => type)).toEqual(['pull_request', 'required_status_checks', 'deletion', 'non_fast_forward']);
    expect(rule(strict, 'required_status_checks').parameters.required_status_checks).toEqual([
      { context: 'stagegate/policy', integration_id: '{{slot:app/delivery}}' },
    ]);
  });
});

describe('a declared protection', () => {
  test('exempts its actors from reviews and checks and never from what keeps the history', () => {
    const model = changed((draft) => {
      const develop = draft.protections.find(({ name }) => name === 'develop');
      if (develop) {
        develop.linearHistory = true;
        develop.bypass = [
          { kind: 'role', role: 'maintain', mode: 'always' },
          { kind: 'organization-admin', mode: 'pull_request' },
          { kind: 'app', slug: 'renovate', id: 2740, mode: 'always' },
          { kind: 'app', slug: 'renovate', id: 2740, mode: 'always' },
        ];
      }
    });
    const open = named(model, 'stagegate: branch develop');
    expect(open.bypass_actors).toEqual([
      { actor_type: 'Integration', actor_id: 2740, bypass_mode: 'always' },
      { actor_type: 'OrganizationAdmin', bypass_mode: 'pull_request' },
      { actor_type: 'RepositoryRole', actor_id: 2, bypass_mode: 'always' },
    ]);
    expect(open.rules.map(({ type }) => type)).toEqual(['pull_request', 'required_status_checks']);
    const history = named(model, 'stagegate: branch develop, history');
    expect(history.bypass_actors).toEqual([]);
    expect(history.rules).toEqual([{ type: 'deletion' }, { type: 'non_fast_forward' }, { type: 'required_linear_history' }]);
  });

  test('binds a check to the app that is declared for it', () => {
    const model = openluffy(({ repository }) => {
      new BranchProtection(repository, 'next', { ref: repository.branch('next'), checks: [Check.external('scan', { app: 'scanner' })] });
    });
    expect(rule(named(model, 'stagegate: branch next'), 'required_status_checks').parameters.required_status_checks).toEqual([
      { context: 'scan', integration_id: '{{slot:app/scanner}}' },
    ]);
  });

  test('dismisses stale reviews where it asks for any, be it of owners alone', () => {
    const dismissed = (change: { approvals?: number; codeOwners?: boolean; dismissStale?: boolean }) =>
      rule(
        named(
          openluffy(({ repository }) => void new BranchProtection(repository, 'next', { ref: repository.branch('next'), ...change })),
          'stagegate: branch next',
        ),
        'pull_request',
      ).parameters.dismiss_stale_reviews_on_push;
    expect(dismissed({})).toBe(false);
    expect(dismissed({ approvals: 1 })).toBe(true);
    expect(dismissed({ codeOwners: true })).toBe(true);
    expect(dismissed({ approvals: 1, dismissStale: false })).toBe(false);
  });

  test('without checks demands no checks', () => {
    const model = openluffy(({ repository }) => {
      new BranchProtection(repository, 'next', { ref: repository.branch('next') });
    });
    expect(named(model, 'stagegate: branch next').rules.map(({ type }) => type)).toEqual(['pull_request', 'deletion', 'non_fast_forward']);
  });

  test('of a branch that has another one bears its own name as well', () => {
    const model = openluffy(({ repository }) => {
      new BranchProtection(repository, 'zz-more', { ref: repository.branch('develop'), approvals: 2 });
    });
    expect(rulesets(model).map(({ name }) => name)).toContain('stagegate: branch develop (zz-more)');
    expect(new Set(rulesets(model).map(({ name }) => name)).size).toBe(rulesets(model).length);
  });
});

describe('tags', () => {
  test('that are protected may be created by declared actors alone, and moved or deleted by nobody', () => {
    const model = openluffy(({ repository }) => {
      new BranchProtection(repository, 'versions', { ref: repository.tags('v*.*.*'), bypass: [Bypass.team('release-managers')] });
    });
    expect(named(model, 'stagegate: tags v*.*.*, creation')).toEqual({
      name: 'stagegate: tags v*.*.*, creation',
      target: 'tag',
      enforcement: 'active',
      bypass_actors: [{ actor_type: 'Team', actor_id: '{{slot:team/release-managers}}', bypass_mode: 'always' }],
      conditions: { ref_name: { include: ['refs/tags/v*.*.*'], exclude: [] } },
      rules: [{ type: 'creation' }],
    });
    expect(named(model, 'stagegate: tags v*.*.*, history')).toEqual({
      name: 'stagegate: tags v*.*.*, history',
      target: 'tag',
      enforcement: 'active',
      bypass_actors: [],
      conditions: { ref_name: { include: ['refs/tags/v*.*.*'], exclude: [] } },
      rules: [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }],
    });
  });

  test('that release may be created by maintainers and administrators where nothing is declared', () => {
    const model = changed((draft) => {
      for (const policy of draft.policies) if (policy.on) policy.on = { kind: 'tags', repository: REPOSITORY, pattern: 'v*' };
    });
    expect(named(model, 'stagegate: tags v*, creation').bypass_actors).toEqual([
      { actor_type: 'RepositoryRole', actor_id: 5, bypass_mode: 'always' },
      { actor_type: 'RepositoryRole', actor_id: 2, bypass_mode: 'always' },
    ]);
    expect(named(model, 'stagegate: tags v*, history').bypass_actors).toEqual([]);
  });

  test('of which reviews are asked are refused, since nothing is merged there', () => {
    const model = openluffy(({ repository }) => {
      new BranchProtection(repository, 'versions', { ref: repository.tags('v*.*.*'), approvals: 2 });
    });
    const attempt = () => rulesets(model);
    expect(attempt).toThrow(InvalidValueError);
    expect(attempt).toThrow(/SG041 protection-not-for-tags openluffy\/openluffy\/versions: .*given approvals 2, 0 checks, 0 head branches/);
  });
});

test('a source branch for which nothing is declared keeps its history', () => {
  const model = changed((draft) => {
    draft.protections = draft.protections.filter(({ name }) => name !== 'develop');
  });
  const ruleset = named(model, 'stagegate: branch develop');
  expect(ruleset.bypass_actors).toEqual([]);
  expect(ruleset.rules).toEqual([{ type: 'deletion' }, { type: 'non_fast_forward' }]);
});

test('a source repository beside the delivery repository has rulesets for its own refs alone', () => {
  const model = changed((draft) => {
    const [first] = draft.repositories;
    if (first) draft.repositories.push({ ...first, name: 'lebrick07/api', delivery: false, path: 'openluffy/api' });
    for (const environment of draft.environments) {
      if (environment.source) environment.source = { kind: 'branch', repository: 'lebrick07/api', pattern: 'trunk' };
    }
  });
  expect(rulesets(model, 'lebrick07/api').map(({ name }) => name)).toEqual(['stagegate: branch trunk']);
});
