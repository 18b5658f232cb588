import { Kind } from 'stagegate';
import { simultaneousDeploy } from '../../lib/rules/sg101-simultaneous-deploy';
import type { Program } from '../generated/platform-generator';
import { environment, found, SHOP } from './shop';

const develop = SHOP.environments[0]?.source;

test('a production that is fed by promotion passes', () => {
  expect(found(simultaneousDeploy)).toEqual([]);
});

test('two environments with the same branch as source are refused when one of them is production', () => {
  const plan = { ...environment('prod', { source: develop }), policies: SHOP.policies.slice(0, 1) };
  expect(found(simultaneousDeploy, { plan })).toEqual([
    {
      path: 'shop/prod',
      message: 'a push to develop deploys dev and prod at once',
      given: 'dev.source and prod.source are both branch develop of acme/shop',
      expected: 'prod fed by promotion from dev',
      remedy: "drop prod.source; add new PromotionPolicy(…, { from: dev, to: prod, on: repository.tags('v*.*.*') })",
    },
  ]);
});

test('a tag that two patterns match is named, and three environments are one finding', () => {
  const tags = (pattern: string) => ({ kind: 'tags', repository: 'delivery', pattern }) as const;
  const sources = { dev: tags('v*'), staging: tags('v1.*'), prod: tags('v*.*.*') };
  const plan = {
    ...SHOP,
    policies: [],
    environments: SHOP.environments.map((one) => ({ ...one, source: sources[one.name as keyof typeof sources] })),
  };
  expect(found(simultaneousDeploy, { plan })).toEqual([
    {
      path: 'shop/prod',
      message: 'a tag such as v1.0.0 deploys dev, staging and prod at once',
      given: 'dev.source is tags v* of acme/shop, staging.source is tags v1.* of acme/shop and prod.source is tags v*.*.* of acme/shop',
      expected: 'prod fed by promotion from staging',
      remedy: "drop prod.source; add new PromotionPolicy(…, { from: staging, to: prod, on: repository.tags('v*.*.*') })",
    },
  ]);
});

test('sources that share no ref pass, be they of one pattern in two repositories', () => {
  const source = { kind: 'branch', repository: 'code', pattern: 'develop' } as const;
  const plan = { ...environment('prod', { source }), separate: true };
  expect(found(simultaneousDeploy, { plan })).toEqual([]);
});

test('an Application of production that follows the branch of staging is refused', () => {
  const program = ({ environments }: Program) =>
    environments.get('prod')?.override(Kind.application, { spec: { source: { targetRevision: 'env/staging' } } });
  expect(found(simultaneousDeploy, { program })).toEqual([
    {
      path: 'shop/prod',
      message: 'a merge to env/staging deploys staging and prod at once',
      given: 'Application shop-prod of prod follows env/staging',
      expected: 'targetRevision: refs/heads/env/prod',
      remedy: 'drop the override of targetRevision in prod',
    },
  ]);
});
