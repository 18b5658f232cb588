import { weakProgramBranch } from '../../lib/rules/sg405-weak-program-branch';
import type { RefPlan } from '../generated/platform-generator';
import { contextOf, deliveryOf, found, rulesetOf, SHOP } from './shop';

const main: RefPlan = { kind: 'branch', repository: 'delivery', pattern: 'main' };
const declared = (bypass: boolean) => ({
  ...SHOP,
  protections: [...SHOP.protections, { name: 'main', ref: main, approvals: 0, checks: [], onlyFrom: [], bypass }],
});
type PullRequest = {
  required_approving_review_count: number;
  require_code_owner_review: boolean;
  dismiss_stale_reviews_on_push: boolean;
  require_last_push_approval: boolean;
};
const pullRequest = (change: Partial<PullRequest>) =>
  found(weakProgramBranch, {
    compiled: (desired) => {
      for (const rule of rulesetOf(desired, 'branch main').rules) if (rule.type === 'pull_request') Object.assign(rule.parameters, change);
    },
  });

test('the protection that is rendered passes, declared on top of a weak one or not at all', () => {
  expect(found(weakProgramBranch)).toEqual([]);
  expect(found(weakProgramBranch, { plan: declared(false) })).toEqual([]);
});

test('somebody exempt on the program branch is refused', () => {
  expect(found(weakProgramBranch, { plan: declared(true) })).toEqual([
    {
      path: 'shop/delivery/main',
      message: 'maintainers may pass over the protection of main, where the program is',
      given: 'bypass: maintainers',
      expected: 'nobody exempt',
      remedy: 'drop bypass from the protection of main',
    },
  ]);
});

test('each weakening of the reviews is refused with what production asks for', () => {
  expect(pullRequest({ required_approving_review_count: 1 })).toEqual([
    {
      path: 'shop/delivery',
      message: 'main can be changed with fewer approvals than production asks for',
      given: 'approvals: 1',
      expected: 'approvals: 2',
      remedy: 'apply the rulesets as they are rendered',
    },
  ]);
  expect(pullRequest({ require_code_owner_review: false })).toMatchObject([
    { message: 'team engineers need not review changes of the program' },
  ]);
  expect(pullRequest({ dismiss_stale_reviews_on_push: false })).toMatchObject([
    { given: 'approvals are kept', expected: 'a push voids approvals' },
  ]);
  expect(pullRequest({ require_last_push_approval: false })).toMatchObject([
    { message: 'the last to push may be the one who approved on main' },
  ]);
});

test.each([
  ['pull_request', 'anybody with write access pushes to main'],
  ['deletion', 'main can be deleted'],
  ['non_fast_forward', 'the history of main can be rewritten'],
  ['required_status_checks', 'a change of the policy is not judged by the policy it replaces'],
])('a program branch without the rule %s is refused', (type, message) => {
  const findings = found(weakProgramBranch, {
    compiled: (desired) => {
      const ruleset = rulesetOf(desired, 'branch main');
      ruleset.rules = ruleset.rules.filter((rule) => rule.type !== type) as typeof ruleset.rules;
    },
  });
  expect(findings).toMatchObject([{ path: 'shop/delivery', message }]);
});

test('CODEOWNERS that leave a file to nobody, or to others as well, are refused', () => {
  const owners = (change: (text: string) => string) =>
    found(weakProgramBranch, {
      compiled: (desired) => {
        for (const file of deliveryOf(desired).files) if (file.path === '.github/CODEOWNERS') file.content = change(file.content);
      },
    });
  expect(owners((text) => text.replace(/^\/platform\.ts .*$/m, ''))).toMatchObject([
    {
      message: 'CODEOWNERS do not leave platform.ts to those who approve production',
      given: 'platform.ts owned by nobody',
      expected: 'owned by engineers alone',
    },
  ]);
  expect(owners((text) => `${text}/package-lock.json @acme/interns\n`)).toMatchObject([{ given: 'package-lock.json owned by interns' }]);
  expect(owners((text) => `${text}/docs/ @acme/writers\n`)).toEqual([]);
});

test('the key of the delivery app is for runs on the program branch alone', () => {
  const findings = found(weakProgramBranch, {
    compiled: (desired) =>
      void deliveryOf(desired)
        .environments.find(({ name }) => name === 'stagegate')
        ?.admits.push({ type: 'tag', name: 'v*' }),
  });
  expect(findings).toMatchObject([
    { message: 'the key of the delivery app can be read outside main', given: 'GitHub environment stagegate admits tag v*' },
  ]);
});

test('a program branch that is not the default branch runs no schedule', () => {
  expect(
    found(weakProgramBranch, { compiled: (desired) => Object.assign(deliveryOf(desired), { defaultBranch: 'develop' }) }),
  ).toMatchObject([{ given: 'default branch develop', expected: 'default branch main' }]);
});

test('files that the program names must exist, where the repository is known', () => {
  const files = (...names: string[]) => ({ facts: { repositoryFiles: { 'acme/shop': names } } });
  expect(found(weakProgramBranch, files('platform.ts', 'package-lock.json'))).toEqual([]);
  expect(found(weakProgramBranch, files('deploy/platform.ts', 'package-lock.json'))).toMatchObject([
    { given: 'no platform.ts in acme/shop' },
  ]);
  expect(weakProgramBranch.notChecked?.(contextOf())).toBe(
    'whether platform.ts and package-lock.json are where the program says is not known',
  );
  expect(weakProgramBranch.notChecked?.(contextOf(files()))).toBeUndefined();
});
