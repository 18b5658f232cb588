import * as pulumi from '@pulumi/pulumi';
import { InvalidValueError } from 'stagegate';
import { bindInput, EnvironmentResources, RepositoryResources } from 'stagegate/pulumi';
import { requireSdk, type SdkName } from '../../lib/pulumi/installed-sdk';
import { kubernetesSdk } from '../../lib/pulumi/kubernetes-object';
import { type Recording, recorded } from './recording';
import { shop } from './shop';

const peers = (jest.requireActual('../../package.json') as { readonly peerDependencies: Readonly<Record<string, string>> })
  .peerDependencies;

/** What is said to be installed, and which classes it has not; changed by tests. */
const installed = { '@pulumi/github': '', '@pulumi/kubernetes': '' };
let without: readonly string[] = [];

/** A module without some of what it exports, at any depth. */
function lacking<T extends object>(module: T): T {
  return new Proxy(module, {
    get: (target, key) => {
      const value = Reflect.get(target, key) as unknown;
      if (without.includes(String(key))) return undefined;
      return typeof value === 'object' && value !== null ? lacking(value) : value;
    },
  });
}

const notInstalled = (name: string): Error => Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });

for (const name of ['@pulumi/github', '@pulumi/kubernetes'] as const) {
  jest.doMock(name, () => lacking(jest.requireActual<object>(name)));
  jest.doMock(`${name}/package.json`, () => ({
    get version() {
      if (installed[name] === '') throw notInstalled(`${name}/package.json`);
      return installed[name];
    },
  }));
}

const oldest = (name: SdkName): string => (peers[name] ?? '').slice(1);
beforeEach(() => {
  for (const name of ['@pulumi/github', '@pulumi/kubernetes'] as const) installed[name] = oldest(name);
  without = [];
});

class Provider extends pulumi.ProviderResource {}

const declared = shop();
const environment = (): Promise<Recording<unknown>> =>
  recorded(() => new EnvironmentResources('prod', { environment: declared.prod }, { provider: new Provider('kubernetes', 'cluster') }));
const repositories = (): Promise<Recording<unknown>> =>
  recorded(() => {
    const inputs = [bindInput('app/delivery', 11), bindInput('app/intake', 12)];
    return new RepositoryResources('github', { platform: declared.platform, inputs }, { provider: new Provider('github', 'account') });
  });

/** The finding that stopped a program, which registered nothing but its provider. */
function finding({ errors, resources }: Recording<unknown>) {
  expect(resources.filter(({ type }) => !type.startsWith('pulumi:providers:'))).toEqual([]);
  const [error] = errors;
  return InvalidValueError.is(error) ? error.diagnostic : error;
}

test('an SDK with which the peer range begins is taken, and a later one', async () => {
  for (const run of [environment, repositories]) expect((await run()).errors).toEqual([]);
  installed['@pulumi/github'] = '6.100.0';
  installed['@pulumi/kubernetes'] = '5.0.0';
  for (const run of [environment, repositories]) expect((await run()).errors).toEqual([]);
});

test('one below the peer range is refused by name and version before anything is registered, also when it has every class', async () => {
  const old = {
    code: 'SG063',
    name: 'wrong-sdk',
    severity: 'error',
    message: 'the installed SDK is older than what is registered with it',
  };
  installed['@pulumi/github'] = '6.11.0';
  expect(finding(await repositories())).toEqual({
    ...old,
    path: 'shop',
    given: '@pulumi/github 6.11.0',
    expected: `@pulumi/github ${oldest('@pulumi/github')} or later`,
    remedy: `npm install "@pulumi/github@^${oldest('@pulumi/github')}"`,
  });
  installed['@pulumi/kubernetes'] = '4.9.1';
  expect(finding(await environment())).toEqual({
    ...old,
    path: 'shop/prod',
    given: '@pulumi/kubernetes 4.9.1',
    expected: `@pulumi/kubernetes ${oldest('@pulumi/kubernetes')} or later`,
    remedy: `npm install "@pulumi/kubernetes@^${oldest('@pulumi/kubernetes')}"`,
  });
});

test('one that lacks a class is refused, old or new, and says which', async () => {
  without = ['WorkflowRepositoryPermissions', 'ValidatingAdmissionPolicy'];
  installed['@pulumi/github'] = '6.7.3';
  expect(finding(await repositories())).toMatchObject({ given: '@pulumi/github 6.7.3, which has no WorkflowRepositoryPermissions' });
  installed['@pulumi/kubernetes'] = '4.100.0';
  expect(finding(await environment())).toMatchObject({
    code: 'SG063',
    message: 'the installed SDK has no class for what is registered',
    given: '@pulumi/kubernetes 4.100.0, which has no admissionregistration.k8s.io/v1:ValidatingAdmissionPolicy',
    expected: 'a version of @pulumi/kubernetes that has it',
  });
});

test('one that is not installed is refused in the same way; what is broken in it is told as it is', async () => {
  installed['@pulumi/github'] = '';
  expect(finding(await repositories())).toMatchObject({ code: 'SG063', given: 'no @pulumi/github' });
  const broken = { ...kubernetesSdk, manifest: () => require('./no-such-file') as { readonly version: string } };
  expect(() => requireSdk(broken, { name: 'prod', kind: 'environment', resources: [] }, 'shop/prod')).toThrow(/no-such-file/);
});

test('kinds of groups that Kubernetes does not have need no class, also where a group is called alike', () => {
  const types = ['argoproj.io/v1alpha1:Application', 'apps.example.com/v1:Deployment', 'gateway.networking.k8s.io/v1:HTTPRoute'];
  const missing = (...more: readonly string[]) => kubernetesSdk.missing([...types, ...more].map((type) => `kubernetes:${type}`));
  expect(missing('apps/v1:Deployment')).toEqual([]);
  expect(missing('apps/v1:Deploymnt', 'core/v9:Namespace')).toEqual(['apps/v1:Deploymnt', 'core/v9:Namespace']);
});
