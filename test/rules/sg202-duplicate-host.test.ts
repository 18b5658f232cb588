import { duplicateHost } from '../../lib/rules/sg202-duplicate-host';
import { environment, found, SHOP, service } from './shop';

test('each environment with a host of its own passes', () => {
  expect(found(duplicateHost)).toEqual([]);
});

test('one host for two environments is one finding, however many routes it has', () => {
  expect(found(duplicateHost, { plan: environment('prod', { props: { host: 'staging.shop.example.com' } }) })).toEqual([
    {
      path: 'shop/staging',
      message: 'prod and staging claim one host',
      given: 'staging.shop.example.com/ by api in prod and by api in staging',
      expected: 'each host and path claimed once',
      remedy: 'name another host for staging',
    },
  ]);
});

test('one route for two services is refused in each environment', () => {
  expect(found(duplicateHost, { plan: service('web', { route: '/' }) })).toMatchObject(
    ['dev', 'prod', 'staging'].map((name) => ({
      path: 'shop/web',
      message: `api and web claim one route in ${name}`,
      remedy: 'give web another route',
    })),
  );
});

test('environments beside Kubernetes claim hosts as declared', () => {
  const plan = {
    ...SHOP,
    environments: SHOP.environments.map((one) => ({ ...one, target: 'coolify' as const, props: { host: 'shop.example.com' } })),
  };
  expect(found(duplicateHost, { plan }).map(({ message }) => message)).toEqual([
    'dev and prod claim one host',
    'dev and staging claim one host',
    'prod and staging claim one host',
  ]);
});

test('one host with paths that differ passes', () => {
  const base = environment('prod', { props: { host: 'staging.shop.example.com' } });
  const plan = { ...base, services: base.services.map((one) => ({ ...one, route: undefined })) };
  expect(found(duplicateHost, { plan })).toEqual([]);
});
