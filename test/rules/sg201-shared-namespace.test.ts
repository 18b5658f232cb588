import { Kind } from 'stagegate';
import { sharedNamespace } from '../../lib/rules/sg201-shared-namespace';
import type { Program } from '../generated/platform-generator';
import { environment, found } from './shop';

const shared = {
  path: 'shop/staging',
  message: 'dev and staging share a namespace',
  given: 'namespace shop-dev on cluster cluster-0 for both',
  expected: 'a namespace of its own for each environment',
  remedy: 'leave namespace out, or name another one for staging',
};

test('environments with namespaces of their own pass, and so do equal ones on two clusters', () => {
  expect(found(sharedNamespace)).toEqual([]);
  expect(found(sharedNamespace, { plan: environment('staging', { cluster: 1, props: { namespace: 'shop-dev' } }) })).toEqual([]);
});

test('one namespace for two environments is refused', () => {
  expect(found(sharedNamespace, { plan: environment('staging', { props: { namespace: 'shop-dev' } }) })).toEqual([shared]);
});

test('a retired environment keeps no namespace', () => {
  expect(found(sharedNamespace, { plan: environment('staging', { props: { namespace: 'shop-dev', lifecycle: 'retired' } }) })).toEqual([]);
});

test('an Application that deploys into the namespace of another environment is refused', () => {
  const program = ({ environments }: Program) =>
    environments.get('staging')?.override(Kind.application, { spec: { destination: { namespace: 'shop-dev' } } });
  expect(found(sharedNamespace, { program })).toEqual([shared]);
});
