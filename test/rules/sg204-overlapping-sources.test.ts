import { overlappingSources } from '../../lib/rules/sg204-overlapping-sources';
import type { RefPlan } from '../generated/platform-generator';
import { environment, found } from './shop';

const tags = (pattern: string): RefPlan => ({ kind: 'tags', repository: 'delivery', pattern });
const sources = (dev: RefPlan, other: RefPlan, name = 'staging') => {
  const plan = environment(name, { source: other });
  return { plan: { ...plan, environments: plan.environments.map((one) => (one.name === 'dev' ? { ...one, source: dev } : one)) } };
};

test('one source passes, and so do patterns that no tag matches twice', () => {
  expect(found(overlappingSources)).toEqual([]);
  expect(found(overlappingSources, sources(tags('v*'), tags('build-*')))).toEqual([]);
});

test('a branch and tags of one name are two refs', () => {
  expect(found(overlappingSources, sources({ kind: 'branch', repository: 'delivery', pattern: 'v1' }, tags('v*')))).toEqual([]);
});

test('patterns that one tag matches are refused with that tag', () => {
  expect(found(overlappingSources, sources(tags('v*'), tags('v1.*')))).toEqual([
    {
      path: 'shop/staging',
      message: 'a tag such as v1.0 makes a release for dev and another one for staging',
      given: 'dev.source is tags v* of acme/shop, staging.source is tags v1.* of acme/shop',
      expected: 'sources that no ref matches twice',
      remedy: 'drop staging.source; add new PromotionPolicy(…, { from: dev, to: staging, gates: [Gate.healthy()] })',
    },
  ]);
  expect(found(overlappingSources, sources(tags('release/*'), tags('release/hotfix')))).toMatchObject([
    { message: 'a tag such as release/hotfix makes a release for dev and another one for staging' },
  ]);
});

test('one branch for two environments is refused, and left to SG101 where one of them is production', () => {
  const develop: RefPlan = { kind: 'branch', repository: 'delivery', pattern: 'develop' };
  expect(found(overlappingSources, sources(develop, { ...develop }))).toMatchObject([
    { message: 'a push to develop makes a release for dev and another one for staging' },
  ]);
  expect(found(overlappingSources, sources(develop, { ...develop }, 'prod'))).toEqual([]);
});
