import { weakProtection } from '../../lib/rules/sg401-weak-protection';
import type { RefPlan } from '../generated/platform-generator';
import { deliveryOf, environment, found, policy, protection, rulesetOf, SHOP } from './shop';

const staging = environment('dev', { tier: 'staging' });

test('sources that are protected as their tier demands pass', () => {
  expect(found(weakProtection)).toEqual([]);
  expect(found(weakProtection, { plan: staging })).toEqual([]);
});

test('a source of development needs no declaration: its history is kept all the same', () => {
  expect(found(weakProtection, { plan: { ...SHOP, protections: SHOP.protections.slice(1) } })).toEqual([]);
});

test('a source of staging without a declared protection takes pushes', () => {
  expect(found(weakProtection, { plan: { ...staging, protections: SHOP.protections.slice(1) } })).toEqual([
    {
      path: 'shop/delivery',
      message: 'anybody with write access pushes without a pull request: branch develop of acme/shop, which decides about dev',
      given: 'direct pushes allowed',
      expected: 'changes by pull request, as tier staging demands',
      remedy: "declare new BranchProtection(…, { ref: repository.branch('develop'), … })",
    },
  ]);
});

test('a branch that production waits for needs an approval that a push voids', () => {
  expect(found(weakProtection, { plan: protection('release', { approvals: 0 }) })).toEqual([
    {
      path: 'shop/delivery/release',
      message: 'nobody has to approve a change: branch release of acme/shop, which decides about prod',
      given: 'approvals: 0',
      expected: 'approvals of at least 1, as tier production demands',
      remedy: 'raise approvals of the protection to 1',
    },
  ]);
  const stale = found(weakProtection, {
    compiled: (desired) => {
      for (const rule of rulesetOf(desired, 'branch release').rules)
        if (rule.type === 'pull_request') rule.parameters.dismiss_stale_reviews_on_push = false;
    },
  });
  expect(stale).toMatchObject([
    { message: 'what is pushed after an approval is not approved: branch release of acme/shop, which decides about prod' },
  ]);
});

test('history that can be rewritten or removed is refused in every tier', () => {
  const without = (type: string) =>
    found(weakProtection, {
      compiled: (desired) => {
        const ruleset = rulesetOf(desired, 'branch develop');
        ruleset.rules = ruleset.rules.filter((rule) => rule.type !== type) as typeof ruleset.rules;
      },
    }).map(({ message }) => message);
  expect(without('non_fast_forward')).toEqual(['history can be rewritten: branch develop of acme/shop, which decides about dev']);
  expect(without('deletion')).toEqual(['the branch can be deleted: branch develop of acme/shop, which decides about dev']);
});

test('a ruleset that only evaluates protects nothing', () => {
  const findings = found(weakProtection, {
    compiled: (desired) => Object.assign(rulesetOf(desired, 'branch develop'), { enforcement: 'evaluate' }),
  });
  expect(findings).toHaveLength(2);
});

test('a source that production has for itself leaves nobody exempt', () => {
  const source: RefPlan = { kind: 'branch', repository: 'delivery', pattern: 'develop' };
  const plan = {
    ...protection('develop', { approvals: 1, bypass: true }),
    environments: environment('prod', { source }).environments,
    policies: [],
  };
  expect(found(weakProtection, { plan })).toMatchObject([
    {
      path: 'shop/delivery/develop',
      message: 'maintainers pass over the protection: branch develop of acme/shop, which decides about dev and prod',
      given: 'bypass actors',
    },
  ]);
});

test('tags that release are made by few and moved by nobody', () => {
  const tags: RefPlan = { kind: 'tags', repository: 'delivery', pattern: 'v*.*.*' };
  const plan = { ...policy('staging-to-prod', { on: tags }), protections: SHOP.protections.slice(0, 1) };
  const edited = (drop: readonly string[]) =>
    found(weakProtection, {
      plan,
      compiled: (desired) => {
        for (const ruleset of deliveryOf(desired).rulesets) {
          if (ruleset.target === 'tag' && ruleset.conditions.ref_name.include.includes('refs/tags/v*.*.*'))
            ruleset.rules = ruleset.rules.filter(({ type }) => !drop.includes(type)) as typeof ruleset.rules;
        }
      },
    });
  expect(edited([])).toEqual([]);
  expect(edited(['creation'])).toMatchObject([
    { message: 'anybody with write access tags a release: tags v*.*.* of acme/shop, which decides about prod' },
  ]);
  expect(edited(['update', 'deletion'])).toMatchObject([
    {
      message: 'a tag can be moved after it released: tags v*.*.* of acme/shop, which decides about prod',
      given: 'no rule update, deletion',
    },
  ]);
});

test('tags are protected by rulesets that match all of them, not by a narrower one', () => {
  const tags = (pattern: string): RefPlan => ({ kind: 'tags', repository: 'delivery', pattern });
  const sources = { ...environment('dev', { source: tags('v*.*.*') }), protections: SHOP.protections.slice(1) };
  const plan = {
    ...sources,
    environments: sources.environments.map((one) => (one.name === 'staging' ? { ...one, source: tags('v1*.*.*') } : one)),
  };
  const findings = found(weakProtection, {
    plan,
    compiled: (desired) => {
      const { rulesets } = deliveryOf(desired);
      for (const ruleset of rulesets) if (ruleset.conditions.ref_name.include.includes('refs/tags/v*.*.*')) ruleset.rules = [];
    },
  });
  expect(findings.map(({ message }) => message)).toEqual([
    'anybody with write access tags a release: tags v*.*.* of acme/shop, which decides about dev',
    'a tag can be moved after it released: tags v*.*.* of acme/shop, which decides about dev',
  ]);
});
