import fc from 'fast-check';
import { addedObjects } from '../../../lib/compile/kubernetes/added-objects';
import { environmentObjects } from '../../../lib/compile/kubernetes/environment-objects';
import { applyOverrides, describeOverrides, refuseDuplicates } from '../../../lib/compile/kubernetes/overrides';
import { desiredService, serviceObjects } from '../../../lib/compile/kubernetes/service-objects';
import type { KubernetesObject } from '../../../lib/desired/desired-state';
import type { Json, OverrideModel } from '../../../lib/model/platform-model';
import { InvalidValueError } from '../../../lib/values/diagnostic';
import { type JsonPatchOperation, Kind } from '../../../lib/values/workload';
import { type Draft, edited, environmentOf, openluffy, placed, serviceOf } from '../model-fixture';

const deployment: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api', namespace: 'shop' },
  spec: {
    replicas: 2,
    template: {
      spec: {
        containers: [
          { name: 'api', image: 'a', env: [{ name: 'A', value: '1' }], volumeMounts: [{ name: 'v', mountPath: '/a' }] },
          { name: 'proxy', image: 'p' },
        ],
        tolerations: [{ key: 'a' }],
      },
    },
  },
};

const merge = (change: Json, kind: Kind = Kind.deployment): Draft<OverrideModel> => ({ kind, change: { merge: change } });
const patch = (...operations: JsonPatchOperation[]): OverrideModel => ({ kind: Kind.deployment, change: { patch: operations } });

function overridden(...overrides: OverrideModel[]): Json {
  return applyOverrides([deployment], overrides, 'shop/api in prod')[0]?.spec as Json;
}

function refusal(run: () => unknown): InvalidValueError['diagnostic'] {
  try {
    run();
  } catch (error) {
    if (InvalidValueError.is(error)) return error.diagnostic;
    throw error;
  }
  throw new Error('nothing was refused');
}

test('a merge replaces scalars and leaves everything else as it was', () => {
  expect(overridden(merge({ spec: { replicas: 5 } }))).toEqual({ ...(deployment.spec as object), replicas: 5 });
});

test('containers and their variables merge by name, and new ones come last', () => {
  const change: Json = {
    spec: {
      template: {
        spec: {
          containers: [
            { name: 'new', image: 'n' },
            { name: 'proxy', image: 'p2' },
            {
              name: 'api',
              env: [
                { name: 'B', value: '2' },
                { name: 'A', value: '3' },
              ],
            },
          ],
        },
      },
    },
  };
  expect(overridden(merge(change))).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            name: 'api',
            image: 'a',
            env: [
              { name: 'A', value: '3' },
              { name: 'B', value: '2' },
            ],
          },
          { name: 'proxy', image: 'p2' },
          { name: 'new', image: 'n' },
        ],
      },
    },
  });
});

test('mounts merge by their path, so that one volume can be mounted twice', () => {
  const containers = [{ name: 'api', volumeMounts: [{ name: 'v', mountPath: '/b' }] }];
  expect(overridden(merge({ spec: { template: { spec: { containers } } } }))).toMatchObject({
    template: {
      spec: {
        containers: [
          {
            volumeMounts: [
              { name: 'v', mountPath: '/a' },
              { name: 'v', mountPath: '/b' },
            ],
          },
          {},
        ],
      },
    },
  });
});

test('lists of things without a name are replaced, also by an empty list', () => {
  expect(overridden(merge({ spec: { template: { spec: { tolerations: [{ key: 'b' }] } } } }))).toMatchObject({
    template: { spec: { tolerations: [{ key: 'b' }] } },
  });
  expect(overridden(merge({ spec: { template: { spec: { containers: [] } } } }))).toMatchObject({ template: { spec: { containers: [] } } });
});

test('a list in which one name stands twice is replaced', () => {
  const twice = [
    { name: 'a', group: 'x' },
    { name: 'a', group: 'y' },
  ];
  const once = applyOverrides(
    [deployment],
    [merge({ spec: { ignore: twice } }), merge({ spec: { ignore: [{ name: 'a', group: 'z' }] } })],
    'test',
  );
  expect(once[0]?.spec).toHaveProperty('ignore', [{ name: 'a', group: 'z' }]);
});

test('null removes a field', () => {
  expect(overridden(merge({ spec: { replicas: null } }))).not.toHaveProperty('replicas');
});

test('a merge that is applied twice changes nothing more', () => {
  const scalar = fc.oneof(fc.integer(), fc.string(), fc.boolean());
  const named = fc.array(fc.record({ name: fc.constantFrom('a', 'b', 'c'), value: scalar }), { maxLength: 3 });
  const change = fc.dictionary(
    fc.constantFrom('replicas', 'x', 'y'),
    fc.oneof(scalar, named, fc.dictionary(fc.constantFrom('a', 'b'), scalar)),
  );
  fc.assert(
    fc.property(change, (spec) => {
      const once = applyOverrides([deployment], [merge({ spec } as Json)], 'test');
      expect(applyOverrides(once, [merge({ spec } as Json)], 'test')).toEqual(once);
    }),
  );
});

test('a JSON Patch adds, replaces, tests and removes', () => {
  const changed = overridden(
    patch(
      { op: 'test', path: '/spec/replicas', value: 2 },
      { op: 'replace', path: '/spec/replicas', value: 4 },
      { op: 'add', path: '/spec/template/spec/hostNetwork', value: false },
      { op: 'remove', path: '/spec/template/spec/tolerations' },
      { op: 'add', path: '/spec/template/spec/containers/-', value: { name: 'last' } },
    ),
  );
  expect(changed).toEqual({
    replicas: 4,
    template: {
      spec: {
        containers: [
          ...(deployment as unknown as { spec: { template: { spec: { containers: Json[] } } } }).spec.template.spec.containers,
          { name: 'last' },
        ],
        hostNetwork: false,
      },
    },
  });
});

test.each([
  ['replaces', { op: 'replace', path: '/spec/replica', value: 1 }],
  ['removes', { op: 'remove', path: '/spec/template/spec/containers/7' }],
  ['adds below nothing', { op: 'add', path: '/spec/strategy/type', value: 'Recreate' }],
] as const)('a patch that %s what is not there names service, object and operation', (_, operation) => {
  expect(refusal(() => overridden(patch(operation)))).toEqual({
    code: 'SG032',
    name: 'patch-does-not-fit',
    severity: 'error',
    path: 'shop/api in prod',
    message: 'Deployment.apps api has no such path',
    given: JSON.stringify(operation),
    expected: 'a path whose parent exists, and that itself exists unless it is added',
    remedy: 'look at the object in the rendered output and correct the path',
  });
});

test('a tested value that is another one is refused with the value', () => {
  const { code, message, expected } = refusal(() => overridden(patch({ op: 'test', path: '/spec/replicas', value: 3 })));
  expect([code, message, expected]).toEqual([
    'SG032',
    'a tested value of Deployment.apps api is another one',
    '/spec/replicas with the value 3',
  ]);
});

test('the compiled object and the declared change stay as they were', () => {
  const value = { key: 'kept' };
  const before = structuredClone(deployment);
  applyOverrides(
    [deployment],
    [patch({ op: 'add', path: '/spec/x', value }, { op: 'replace', path: '/spec/x/key', value: 'changed' })],
    'test',
  );
  expect(deployment).toEqual(before);
  expect(value).toEqual({ key: 'kept' });
});

test('an override of a kind that is not there is refused with the kinds that are', () => {
  const model = edited(openluffy(), (draft) => {
    placed(draft, 'frontend', 'dev').overrides.push(merge({}, Kind.horizontalPodAutoscaler));
  });
  const found = refusal(() => serviceObjects(model, serviceOf(model, 'frontend'), environmentOf(model, 'dev')));
  expect(found).toMatchObject({
    code: 'SG031',
    path: 'openluffy/frontend in dev',
    given: 'an override of HorizontalPodAutoscaler.autoscaling',
    expected: 'ConfigMap, Deployment.apps, Ingress.networking.k8s.io, NetworkPolicy.networking.k8s.io, Service, ServiceAccount',
  });
});

test('the same kind in another API group is another kind', () => {
  expect(refusal(() => overridden(merge({}, Kind.of('extensions', 'Deployment')))).code).toBe('SG031');
});

test('an override of an environment reaches its own objects, and the certificate that its services share', () => {
  const model = edited(openluffy(), (draft) => {
    const dev = draft.environments[0];
    dev?.overrides.push(
      merge({ metadata: { labels: { team: 'web' } } }, Kind.namespace),
      merge({ spec: { duration: '2160h' } }, Kind.certificate),
    );
  });
  const dev = environmentOf(model, 'dev');
  expect(environmentObjects(model, dev)[0]?.metadata.labels).toHaveProperty('team', 'web');
  const certificate = serviceObjects(model, serviceOf(model, 'backend'), dev).find((object) => object.kind === 'Certificate');
  expect(certificate?.spec).toHaveProperty('duration', '2160h');
});

test('an override of an environment that fits neither its objects nor the shared ones is refused', () => {
  const model = edited(openluffy(), (draft) => {
    draft.environments[0]?.overrides.push(merge({}, Kind.deployment));
  });
  expect(refusal(() => environmentObjects(model, environmentOf(model, 'dev')))).toMatchObject({ code: 'SG031', path: 'openluffy/dev' });
});

test('the report says which fields were changed and what was added', () => {
  const overrides = [
    merge({ spec: { replicas: 1, template: { spec: { hostNetwork: true } } } }),
    patch({ op: 'remove', path: '/spec/replicas' }),
  ];
  const added = [{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'seed' } }];
  expect(describeOverrides(overrides, added)).toEqual([
    'Deployment.apps: spec.replicas, spec.template.spec.hostNetwork',
    'Deployment.apps: remove /spec/replicas',
    'Job.batch: added seed',
  ]);
  const model = edited(openluffy(), (draft) => {
    placed(draft, 'backend', 'dev').overrides.push(merge({ spec: { minReadySeconds: 5 } }));
  });
  expect(desiredService(model, serviceOf(model, 'backend'), environmentOf(model, 'dev')).overridden).toEqual([
    'Deployment.apps: spec.minReadySeconds',
  ]);
});

const NAMESPACE = 'shop-prod';
const add = (object: Json) => addedObjects([object], NAMESPACE, 'shop/api in prod');

test('an added object gets the namespace of its environment', () => {
  const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'seed' }, spec: {} };
  expect(add(job)).toEqual([{ ...job, metadata: { name: 'seed', namespace: NAMESPACE } }]);
});

test.each([
  ['text', 'a Job'],
  ['no apiVersion', { kind: 'Job', metadata: { name: 'a' } }],
  ['no kind', { apiVersion: 'v1', metadata: { name: 'a' } }],
  ['no name', { apiVersion: 'v1', kind: 'ConfigMap', metadata: {} }],
  ['no metadata', { apiVersion: 'v1', kind: 'ConfigMap' }],
])('an added object with %s is refused', (_, object) => {
  expect(refusal(() => add(object))).toMatchObject({
    code: 'SG033',
    path: 'shop/api in prod',
    expected: 'text in apiVersion, kind and metadata.name',
  });
});

test('an added object outside every namespace, or in another one, is refused', () => {
  expect(refusal(() => add({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'other' } }))).toMatchObject({
    code: 'SG033',
    message: 'an added object lies outside every namespace',
    given: 'Namespace other',
  });
  expect(refusal(() => add({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'other' } }))).toMatchObject({
    message: 'an added object lives in another namespace',
    given: 'ConfigMap a in other',
  });
});

test('an added object of an unknown kind says itself that it lives in the namespace', () => {
  const kafka = { apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata: { name: 'events' } };
  expect(refusal(() => add(kafka))).toMatchObject({
    code: 'SG033',
    given: 'Kafka.kafka.strimzi.io events',
    expected: 'metadata.namespace: shop-prod',
  });
  expect(add({ ...kafka, metadata: { name: 'events', namespace: NAMESPACE } })).toHaveLength(1);
});

test('an added object that has the name of a compiled one is refused', () => {
  const model = edited(openluffy(), (draft) => {
    placed(draft, 'backend', 'dev').addedObjects.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'backend' } });
  });
  expect(refusal(() => serviceObjects(model, serviceOf(model, 'backend'), environmentOf(model, 'dev')))).toMatchObject({
    code: 'SG034',
    given: 'Service openluffy-dev/backend twice',
  });
});

test('an added object that has the name of another service is refused with the environment', () => {
  const model = edited(openluffy(), (draft) => {
    placed(draft, 'backend', 'dev').addedObjects.push({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'frontend' } });
  });
  expect(refusal(() => environmentObjects(model, environmentOf(model, 'dev')))).toMatchObject({ code: 'SG034', path: 'openluffy/dev' });
});

test('two versions of one kind with one name are one object', () => {
  const metadata = { name: 'a', namespace: 'b' };
  const one = { apiVersion: 'autoscaling/v1', kind: 'HorizontalPodAutoscaler', metadata };
  expect(refusal(() => refuseDuplicates([one, { ...one, apiVersion: 'autoscaling/v2' }], 'test')).code).toBe('SG034');
});
