import { Kind } from 'stagegate';
import { invalidObject } from '../../lib/rules/sg307-invalid-object';
import type { Program } from '../generated/platform-generator';
import { found } from './shop';

test('everything that is compiled fits its schema', () => {
  expect(found(invalidObject)).toEqual([]);
});

test('a misspelt field of a service is refused by its name', () => {
  const program = ({ services, environments }: Program) =>
    services.get('api')?.override(Kind.deployment, { spec: { replica: 3 } }, { in: environments.get('prod') });
  expect(found(invalidObject, { program })).toEqual([
    {
      path: 'shop/api',
      message: 'Deployment api in prod does not fit its schema',
      given: 'spec/replica: there is no such field',
      expected: 'an object of apps/v1 Deployment',
      remedy: 'correct the override or the added object',
    },
  ]);
});

test('a misspelt field of the Application is reported on its environment', () => {
  const program = ({ environments }: Program) =>
    environments.get('dev')?.override(Kind.application, { spec: { syncPolicy: { automatic: {} } } });
  expect(found(invalidObject, { program })).toMatchObject([
    { path: 'shop/dev', message: 'Application shop-dev in dev does not fit its schema' },
  ]);
});

test('added objects are held against their schema, where there is one', () => {
  const add =
    (object: Readonly<Record<string, unknown>>) =>
    ({ services }: Program) =>
      services.get('api')?.addObjects(({ name }) => (name === 'dev' ? [object] : []));
  expect(
    found(invalidObject, { program: add({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'extra' }, date: { a: '1' } }) }),
  ).toMatchObject([{ path: 'shop/api', given: 'date: there is no such field' }]);
  expect(
    found(invalidObject, {
      program: add({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'extra', namespace: 'shop-dev' }, spec: { any: 1 } }),
    }),
  ).toEqual([]);
});
