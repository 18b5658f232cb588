import { bypassOnGate } from '../../lib/rules/sg403-bypass-on-gate';
import type { RefPlan } from '../generated/platform-generator';
import { found, policy, protection, rulesetOf, SHOP } from './shop';

test('the delivery app alone is exempt, and that passes', () => {
  expect(found(bypassOnGate)).toEqual([]);
});

test('somebody else who is exempt on the branches of environments is refused by name, once', () => {
  const findings = found(bypassOnGate, {
    compiled: (desired) =>
      void rulesetOf(desired, 'environments').bypass_actors.push({
        actor_type: 'RepositoryRole',
        actor_id: 5,
        bypass_mode: 'pull_request',
      }),
  });
  expect(findings).toEqual([
    {
      path: 'shop/dev',
      message: "administrators (in pull requests) may pass over ruleset 'stagegate: environments', which carries deliveries",
      given: "bypass actors of 'stagegate: environments' on env/dev: administrators (in pull requests)",
      expected: 'at most app stagegate',
      remedy: 'apply the rulesets as they are rendered',
    },
  ]);
});

test.each([
  ['a team', { actor_type: 'Team', actor_id: '{{slot:team/engineers}}', bypass_mode: 'always' }, 'team engineers'],
  ['organisation administrators', { actor_type: 'OrganizationAdmin', bypass_mode: 'always' }, 'organisation administrators'],
  ['GitHub Actions', { actor_type: 'Integration', actor_id: 15_368, bypass_mode: 'always' }, 'app github-actions'],
] as const)('%s may not be exempt on release tags', (_, actor, name) => {
  const findings = found(bypassOnGate, { compiled: (desired) => void rulesetOf(desired, 'releases, history').bypass_actors.push(actor) });
  expect(findings).toMatchObject([
    { path: 'shop', message: `${name} may pass over ruleset 'stagegate: releases, history', which carries deliveries` },
  ]);
});

test('somebody exempt on a branch that a policy waits for is refused', () => {
  expect(found(bypassOnGate, { plan: protection('release', { bypass: true }) })).toEqual([
    {
      path: 'shop/delivery/release',
      message: 'maintainers may pass over the protection of release, for which staging-to-prod waits',
      given: 'bypass: maintainers',
      expected: 'nobody exempt on a ref that a policy waits for',
      remedy: 'drop bypass from the protection of release',
    },
  ]);
});

test('those who make the tags that a policy waits for are no exception to it', () => {
  const tags: RefPlan = { kind: 'tags', repository: 'delivery', pattern: 'v*.*.*' };
  const plan = {
    ...policy('staging-to-prod', { on: tags }),
    protections: [...SHOP.protections.slice(0, 1), { name: 'versions', ref: tags, approvals: 0, checks: [], onlyFrom: [], bypass: true }],
  };
  expect(found(bypassOnGate, { plan })).toEqual([]);
});

test('the program branch is left to SG405, and a branch that no policy waits for to SG401', () => {
  const main: RefPlan = { kind: 'branch', repository: 'delivery', pattern: 'main' };
  const plan = {
    ...policy('staging-to-prod', { on: main }),
    protections: [{ name: 'main', ref: main, approvals: 1, checks: [], onlyFrom: [], bypass: true }],
  };
  expect(found(bypassOnGate, { plan })).toEqual([]);
  expect(found(bypassOnGate, { plan: protection('develop', { bypass: true }) })).toEqual([]);
});
