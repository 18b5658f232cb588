import {
  compile,
  type DesiredState,
  environmentStack,
  Kind,
  type KubernetesObject,
  Slot,
  type Stack,
  type StackResource,
  Sync,
} from 'stagegate';
import { edited, type OpenLuffy, openluffy } from '../compile/model-fixture';
import { refusal } from '../declared';

const desired = compile(openluffy());

/** Names in the order in which a destroy deletes them when it goes one by one: what nothing depends on any more, last registered first. */
function deletionOrder({ resources }: Stack): string[] {
  const left = [...resources];
  const order: string[] = [];
  while (left.length > 0) {
    const index = left.findLastIndex((one) => !left.some((other) => other.dependsOn.includes(one.name)));
    order.push(...left.splice(index, 1).map(({ name }) => name));
  }
  return order;
}

function resource(stack: Stack, name: string): StackResource {
  const found = stack.resources.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

test('resources are named by what they are, so that no name depends on where something was declared', () => {
  expect(environmentStack(desired, 'prod').resources.map(({ name }) => name)).toEqual([
    'Namespace/openluffy-prod',
    'ResourceQuota/openluffy-prod/environment',
    'LimitRange/openluffy-prod/environment',
    'NetworkPolicy/openluffy-prod/environment.default-deny',
    'NetworkPolicy/openluffy-prod/environment.dns',
    'ValidatingAdmissionPolicy/openluffy-prod-images',
    'ValidatingAdmissionPolicyBinding/openluffy-prod-images',
    'AppProject.argoproj.io/argocd/openluffy-prod',
    'Application.argoproj.io/argocd/openluffy-prod',
  ]);
});

test('the inputs of a resource are the compiled object, whole', () => {
  const objects = desired.environments.find(({ name }) => name === 'dev')?.bootstrap;
  expect(environmentStack(desired, 'dev').resources.map(({ inputs }) => inputs)).toEqual(objects);
});

test('an empty list in a kind of Kubernetes is left out, as the API server does; elsewhere it says something', () => {
  const policy: KubernetesObject = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'openluffy-dev' },
    spec: { podSelector: {}, egress: [], ingress: [{ from: [], ports: [{ port: 80 }] }] },
  };
  const cache: KubernetesObject = { apiVersion: 'example.com/v1', kind: 'Cache', metadata: policy.metadata, spec: { nodes: [] } };
  const { resources } = environmentStack(desired, 'dev', { released: [{ name: 'web', objects: [policy, cache] }] });
  const specs = resources.slice(-2).map(({ inputs }) => inputs.spec);
  expect(specs).toEqual(expect.arrayContaining([{ podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] }, { nodes: [] }]));
});

test('a destroy deletes the Application while its AppProject exists, then the AppProject, then the content of the namespace, then the Namespace', () => {
  const order = deletionOrder(environmentStack(desired, 'dev'));
  expect(order.slice(0, 2)).toEqual(['Application.argoproj.io/argocd/openluffy-dev', 'AppProject.argoproj.io/argocd/openluffy-dev']);
  expect(order.at(-1)).toBe('Namespace/openluffy-dev');
  const binding = order.indexOf('ValidatingAdmissionPolicyBinding/openluffy-dev-images');
  expect(order.indexOf('ValidatingAdmissionPolicy/openluffy-dev-images')).toBeGreaterThan(binding);
});

test('the Application depends on everything, so that nothing is deployed into a namespace without its floor', () => {
  const stack = environmentStack(desired, 'prod');
  const last = resource(stack, 'Application.argoproj.io/argocd/openluffy-prod');
  expect(last.dependsOn).toEqual(stack.resources.slice(0, -1).map(({ name }) => name));
});

test.each([
  ['dev', []],
  ['preprod', []],
  ['prod', ['Namespace/openluffy-prod', 'Application.argoproj.io/argocd/openluffy-prod']],
])('in %s these are protected: %j', (name, expected) => {
  const stack = environmentStack(desired, name);
  expect(stack.resources.filter(({ protect }) => protect).map((one) => one.name)).toEqual(expected);
  expect(stack.resources.filter(({ retainOnDelete }) => retainOnDelete)).toEqual([]);
});

test('an environment that is none of the platform is refused by name', () => {
  expect(refusal(() => environmentStack(desired, 'production'))).toMatchObject({
    code: 'SG024',
    given: 'production',
    expected: 'dev, preprod, prod',
  });
});

test('two objects of one name are refused', () => {
  const twice = {
    ...desired,
    environments: desired.environments.map((one) => ({ ...one, bootstrap: [...one.bootstrap, ...one.bootstrap.slice(0, 1)] })),
  } as DesiredState;
  expect(refusal(() => environmentStack(twice, 'dev'))).toMatchObject({ code: 'SG050', path: 'dev', given: 'Namespace/openluffy-dev' });
});

test('kinds of one name in other groups than those of Kubernetes are told apart by their group', () => {
  const gateway = (apiVersion: string): KubernetesObject => ({
    apiVersion,
    kind: 'Gateway',
    metadata: { name: 'web', namespace: 'openluffy-dev' },
  });
  const stack = environmentStack(desired, 'dev', {
    released: [{ name: 'web', objects: [gateway('gateway.networking.k8s.io/v1'), gateway('networking.istio.io/v1')] }],
  });
  expect(stack.resources.slice(-2).map(({ name, type }) => [name, type])).toEqual([
    ['Gateway/openluffy-dev/web', 'kubernetes:gateway.networking.k8s.io/v1:Gateway'],
    ['Gateway.networking.istio.io/openluffy-dev/web', 'kubernetes:networking.istio.io/v1:Gateway'],
  ]);
});

describe('what was renamed', () => {
  const now = 'Namespace/openluffy-prod';

  test('carries its earlier names as aliases, one or several', () => {
    expect(resource(environmentStack(desired, 'prod', { renamed: { [now]: 'Namespace/shop' } }), now).aliases).toEqual(['Namespace/shop']);
    expect(resource(environmentStack(desired, 'prod', { renamed: { [now]: ['a', 'b'] } }), now).aliases).toEqual(['a', 'b']);
  });

  test('must be a resource of the stack, and its earlier name no other one’s', () => {
    expect(refusal(() => environmentStack(desired, 'prod', { renamed: { 'Namespace/shop': now } }))).toMatchObject({ code: 'SG057' });
    expect(refusal(() => environmentStack(desired, 'prod', { renamed: { [now]: 'LimitRange/openluffy-prod/environment' } }))).toMatchObject(
      { code: 'SG057', given: 'LimitRange/openluffy-prod/environment' },
    );
  });
});

describe('objects of services that Pulumi applies', () => {
  const byPulumi = (change: (declared: OpenLuffy) => void = () => {}) =>
    compile(
      edited(openluffy(change), (draft) => {
        for (const environment of draft.environments) environment.sync = Sync.pulumi();
      }),
    );
  const state = byPulumi();
  const services = state.environments.find(({ name }) => name === 'prod')?.services ?? [];
  const stack = environmentStack(state, 'prod', { released: services });
  const bootstrap = environmentStack(state, 'prod').resources.map(({ name }) => name);

  test('come after all that precedes a release, and every object is among them once', () => {
    expect(stack.resources.slice(0, bootstrap.length).map(({ name }) => name)).toEqual(bootstrap);
    const released = stack.resources.slice(bootstrap.length);
    expect(released).toHaveLength(services.flatMap(({ objects }) => objects).length);
    for (const { dependsOn } of released) expect(dependsOn).toEqual(expect.arrayContaining(bootstrap));
    expect(bootstrap.filter((name) => name.includes('argoproj.io'))).toEqual([]);
  });

  test('go in steps, so that the provider never waits for something that comes later', () => {
    const own = (name: string) => resource(stack, name).dependsOn.filter((other) => !bootstrap.includes(other));
    expect(own('Deployment/openluffy-prod/backend').map((name) => name.replace(/-config-.*/, ''))).toEqual([
      'ServiceAccount/openluffy-prod/backend',
      'NetworkPolicy/openluffy-prod/backend',
      'ExternalSecret.external-secrets.io/openluffy-prod/backend',
      'ConfigMap/openluffy-prod/backend',
    ]);
    expect(own('Service/openluffy-prod/backend')).toEqual(['Deployment/openluffy-prod/backend']);
    expect(own('Ingress/openluffy-prod/backend')).toEqual(
      expect.arrayContaining(['Service/openluffy-prod/backend', 'PodDisruptionBudget/openluffy-prod/backend']),
    );
  });

  test('of a kind that nobody knows wait for no other object of their service, and none waits for them', () => {
    const added = byPulumi(({ services: declared }) =>
      declared.backend.addObjects(({ namespace }) => [
        { apiVersion: 'example.com/v1', kind: 'Cache', metadata: { name: 'cache', namespace } },
      ]),
    );
    const dev = environmentStack(added, 'dev', { released: added.environments.find(({ name }) => name === 'dev')?.services ?? [] });
    const name = 'Cache.example.com/openluffy-dev/cache';
    expect(resource(dev, name).dependsOn.filter((other) => !other.includes('openluffy-dev/environment'))).toEqual([
      'Namespace/openluffy-dev',
      'ValidatingAdmissionPolicy/openluffy-dev-images',
      'ValidatingAdmissionPolicyBinding/openluffy-dev-images',
    ]);
    expect(dev.resources.filter(({ dependsOn }) => dependsOn.includes(name))).toEqual([]);
  });

  test('in production, volumes that are claimed outlive the release that claimed them', () => {
    const claim: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', namespace: 'openluffy-prod' },
    };
    const withClaim = (name: string) =>
      environmentStack(state, name, { released: [{ name: 'backend', objects: [claim] }] }).resources.at(-1);
    expect(withClaim('prod')).toMatchObject({ retainOnDelete: true, protect: false });
    expect(withClaim('preprod')).toMatchObject({ retainOnDelete: false, protect: false });
  });
});

test('an environment that is not on Kubernetes has an empty stack', () => {
  const model = edited(openluffy(), (draft) => {
    for (const environment of draft.environments.filter(({ name }) => name === 'dev'))
      environment.target = { kind: 'coolify', url: 'https://coolify.local' };
  });
  expect(environmentStack(compile(model), 'dev').resources).toEqual([]);
});

test('slots stay open in what a stack registers', () => {
  const state = compile(
    openluffy(({ environments }) =>
      environments.dev.override(Kind.namespace, { metadata: { annotations: { 'example.com/host': Slot.host('main') } } }),
    ),
  );
  expect(resource(environmentStack(state, 'dev'), 'Namespace/openluffy-dev').inputs).toMatchObject({
    metadata: { annotations: { 'example.com/host': '{{slot:host/main}}' } },
  });
});
