import fc from 'fast-check';
import { environmentObjects } from '../../../lib/compile/kubernetes/environment-objects';
import { desiredService, serviceObjects } from '../../../lib/compile/kubernetes/service-objects';
import type { KubernetesObject } from '../../../lib/desired/desired-state';
import { requestedResources } from '../../../lib/desired/requested-resources';
import type { PlatformModel } from '../../../lib/model/platform-model';
import { tryBytes, tryCpu } from '../../../lib/values/quantity';
import { type Draft, edited, environmentOf, openluffy, placed } from '../model-fixture';

type Change = (draft: Draft<PlatformModel>) => void;

function bootstrap(environment: string, change: Change = () => {}): KubernetesObject[] {
  const model = edited(openluffy(), change);
  return environmentObjects(model, environmentOf(model, environment));
}

function one(kind: string, environment: string, change?: Change): KubernetesObject {
  const found = bootstrap(environment, change).find((object) => object.kind === kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

function environmentDraft(draft: Draft<PlatformModel>, name: string): Draft<PlatformModel>['environments'][number] {
  const found = draft.environments.find((environment) => environment.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

const labels = (environment: string, tier: string) => ({
  'app.kubernetes.io/managed-by': 'stagegate',
  'app.kubernetes.io/part-of': 'openluffy',
  'stagegate.dev/environment': environment,
  'stagegate.dev/tier': tier,
});

test('an environment begins with its Namespace and ends with its one Application', () => {
  expect(bootstrap('prod').map((object) => `${object.kind} ${object.metadata.name}`)).toEqual([
    'Namespace openluffy-prod',
    'ResourceQuota environment',
    'LimitRange environment',
    'NetworkPolicy environment.default-deny',
    'NetworkPolicy environment.dns',
    'ValidatingAdmissionPolicy openluffy-prod-images',
    'ValidatingAdmissionPolicyBinding openluffy-prod-images',
    'AppProject openluffy-prod',
    'Application openluffy-prod',
  ]);
});

test('an environment that Pulumi syncs has nothing of Argo CD, and one that is not on Kubernetes has nothing at all', () => {
  const kinds = bootstrap('prod', (draft) => {
    environmentDraft(draft, 'prod').sync = { kind: 'pulumi' };
  }).map((object) => object.kind);
  expect(kinds).not.toContain('Application');
  expect(kinds).not.toContain('AppProject');
  expect(
    bootstrap('prod', (draft) => {
      environmentDraft(draft, 'prod').target = { kind: 'coolify', url: 'https://coolify.example.com' };
    }),
  ).toEqual([]);
});

test('a Namespace admits only restricted pods and says whose it is', () => {
  expect(one('Namespace', 'prod')).toEqual({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: 'openluffy-prod',
      labels: {
        ...labels('prod', 'production'),
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/enforce': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
        'stagegate.dev/data': 'live',
      },
    },
  });
});

test('without a policy of their own, pods reach nothing but name resolution, and nothing reaches them', () => {
  const policies = bootstrap('dev').filter((object) => object.kind === 'NetworkPolicy');
  expect(policies.map((policy) => policy.spec)).toEqual([
    { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
    {
      egress: [
        {
          ports: [
            { port: 53, protocol: 'UDP' },
            { port: 53, protocol: 'TCP' },
          ],
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
              podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
            },
          ],
        },
      ],
      podSelector: {},
      policyTypes: ['Egress'],
    },
  ]);
});

test('the quota holds what the services request while all of them roll out', () => {
  // backend 3 + 1, frontend 2 + 1, each 100m and 128Mi of at most 1 and 256Mi
  expect(one('ResourceQuota', 'prod').spec).toEqual({
    hard: { 'limits.cpu': '7', 'limits.memory': '1792Mi', pods: '7', 'requests.cpu': '700m', 'requests.memory': '896Mi' },
  });
});

test('the quota has room for the pod that answers the challenge of a public issuer', () => {
  const { spec } = one('ResourceQuota', 'prod', (draft) => {
    environmentDraft(draft, 'prod').host = 'shop.example.com';
  });
  expect(spec).toEqual({
    hard: { 'limits.cpu': '7100m', 'limits.memory': '1856Mi', pods: '8', 'requests.cpu': '710m', 'requests.memory': '960Mi' },
  });
});

test('declared limits bound requests, and containers’ own limits where those add up to less', () => {
  const { spec } = one('ResourceQuota', 'prod', (draft) => {
    environmentDraft(draft, 'prod').limits = { cpu: '4', memory: '8Gi', pods: 30 };
  });
  expect(spec).toEqual({ hard: { 'limits.cpu': '7', 'limits.memory': '8Gi', pods: '30', 'requests.cpu': '4', 'requests.memory': '8Gi' } });
});

test('a quota does not bound limits that some container does not have', () => {
  const { spec } = one('ResourceQuota', 'prod', (draft) => {
    placed(draft, 'frontend', 'prod').limits = { memory: '256Mi' };
  });
  expect(Object.keys((spec as { hard: object }).hard)).toEqual(['limits.memory', 'pods', 'requests.cpu', 'requests.memory']);
});

test('a quota counts what an override or an added object changes', () => {
  const pods = (change: Change) => (one('ResourceQuota', 'dev', change).spec as { hard: { pods: string } }).hard.pods;
  expect(pods(() => {})).toBe('4');
  const kind = { group: 'apps', kind: 'Deployment' };
  expect(pods((draft) => placed(draft, 'backend', 'dev').overrides.push({ kind, change: { merge: { spec: { replicas: 5 } } } }))).toBe('8');
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'seed' },
    spec: { parallelism: 2, template: { spec: { containers: [] } } },
  };
  expect(pods((draft) => placed(draft, 'backend', 'dev').addedObjects.push(job))).toBe('6');
});

test('the quota of any environment holds the sum of any services, worked out by hand', () => {
  const size = fc.record({
    replicas: fc.integer({ min: 0, max: 20 }),
    most: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    surge: fc.oneof(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
    ),
    cpu: fc.integer({ min: 1, max: 4000 }),
    memory: fc.integer({ min: 1, max: 4096 }),
  });
  fc.assert(
    fc.property(size, size, (backend, frontend) => {
      const { hard } = one('ResourceQuota', 'prod', (draft) => {
        for (const [name, given] of Object.entries({ backend, frontend })) {
          const service = placed(draft, name, 'prod');
          service.replicas = given.replicas;
          if (given.most !== undefined) service.autoscaling = { min: 1, max: given.most, cpuPercent: 80 };
          service.strategy = { kind: 'rolling', maxSurge: given.surge, maxUnavailable: 0 };
          service.requests = { cpu: `${given.cpu}m`, memory: `${given.memory}Mi` };
        }
      }).spec as unknown as { hard: Record<string, string> };
      const pods = [backend, frontend].map((given) => {
        const wanted = given.most ?? given.replicas;
        return wanted + (typeof given.surge === 'number' ? given.surge : Math.ceil((wanted * Number.parseInt(given.surge, 10)) / 100));
      });
      const sum = (each: (given: typeof backend) => number) =>
        [backend, frontend].reduce((total, given, index) => total + (pods[index] ?? 0) * each(given), 0);
      expect(Number(hard.pods)).toBe(sum(() => 1));
      expect(tryCpu(hard['requests.cpu'] ?? '')).toBe(sum((given) => given.cpu));
      expect(tryBytes(hard['requests.memory'] ?? '')).toBe(sum((given) => given.memory * 2 ** 20));
    }),
    { numRuns: 60 },
  );
});

test('the sum that a rule works out from the compiled services is the one in the quota', () => {
  const model = openluffy();
  const prod = environmentOf(model, 'prod');
  const needed = requestedResources(model.services.flatMap((service) => desiredService(model, service, prod).objects));
  expect(needed).toEqual({
    pods: 7,
    requests: { cpu: 700, memory: 896 * 2 ** 20 },
    limits: { cpu: 7000, memory: 1792 * 2 ** 20 },
  });
});

test('a container that says nothing gets bounds, never beyond those of the environment', () => {
  const limits = (change?: Change) => (one('LimitRange', 'dev', change).spec as unknown as { limits: unknown[] }).limits;
  expect(limits()).toEqual([
    {
      type: 'Container',
      default: { cpu: '500m', 'ephemeral-storage': '1Gi', memory: '256Mi' },
      defaultRequest: { cpu: '50m', 'ephemeral-storage': '64Mi', memory: '64Mi' },
    },
  ]);
  const small: Change = (draft) => {
    environmentDraft(draft, 'dev').limits = { cpu: '200m', memory: '32Mi' };
  };
  expect(limits(small)).toEqual([
    {
      type: 'Container',
      default: { cpu: '200m', 'ephemeral-storage': '1Gi', memory: '32Mi' },
      defaultRequest: { cpu: '50m', 'ephemeral-storage': '64Mi', memory: '32Mi' },
      max: { cpu: '200m', memory: '32Mi' },
    },
  ]);
});

function admission(environment: string, change?: Change) {
  const policy = one('ValidatingAdmissionPolicy', environment, change);
  return policy.spec as unknown as { validations: { expression: string; message: string; reason: string }[] } & Record<string, unknown>;
}

test('production admits images from the registry, by digest, and nothing else', () => {
  const { validations, failurePolicy, matchConstraints } = admission('prod');
  expect({ failurePolicy, matchConstraints }).toEqual({
    failurePolicy: 'Fail',
    matchConstraints: {
      resourceRules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] },
      ],
    },
  });
  expect(validations).toEqual([
    {
      expression: 'variables.images.all(image, ["ghcr.io/lebrick07/"].exists(source, image.startsWith(source)))',
      message: 'images of prod come from ghcr.io/lebrick07 only',
      reason: 'Forbidden',
    },
    {
      expression: 'variables.images.all(image, image.matches("@sha256:[0-9a-f]{64}$"))',
      message: 'images of prod are named by their digest',
      reason: 'Forbidden',
    },
  ]);
});

test('images of all three kinds of containers are looked at', () => {
  const { variables } = admission('prod') as unknown as { variables: { expression: string }[] };
  expect(variables).toHaveLength(1);
  for (const field of ['containers', 'initContainers', 'ephemeralContainers'])
    expect(variables[0]?.expression).toContain(`object.spec.${field}.map(`);
});

test('lower tiers admit the tags of their own channel beside digests', () => {
  expect(admission('dev').validations[1]).toEqual({
    expression: 'variables.images.all(image, image.matches("(@sha256:[0-9a-f]{64}$|:dev-[0-9a-f]{7,40}$)"))',
    message: 'images of dev are named by their digest, or tagged dev-<commit>',
    reason: 'Forbidden',
  });
  const dotted = admission('dev', (draft) => {
    environmentDraft(draft, 'dev').imageTag.prefix = 'v1.2';
  });
  expect(dotted.validations[1]?.expression).toContain(String.raw`:v1\\.2-[0-9a-f]{7,40}$`);
});

test('an image from elsewhere is admitted by its whole repository, only where its service runs', () => {
  const elsewhere: Change = (draft) => {
    const backend = draft.services.find((service) => service.name === 'backend');
    if (backend === undefined) return;
    backend.image = 'docker.io/library/redis';
    backend.environments = backend.environments.filter((candidate) => candidate.environment !== 'dev');
  };
  expect(admission('prod', elsewhere).validations[0]).toMatchObject({
    expression:
      'variables.images.all(image, ["docker.io/library/redis@", "docker.io/library/redis:", "ghcr.io/lebrick07/"].exists(source, image.startsWith(source)))',
    message: 'images of prod come from docker.io/library/redis, ghcr.io/lebrick07 only',
  });
  expect(admission('dev', elsewhere).validations[0]?.expression).not.toContain('redis');
});

test('the pod that answers challenges is admitted by its image where there are any', () => {
  const { validations } = admission('prod', (draft) => {
    environmentDraft(draft, 'prod').host = 'shop.example.com';
  });
  for (const { expression } of validations) {
    expect(expression).toMatch(/^variables\.images\.all\(image, image\.startsWith\("quay\.io\/jetstack\/cert-manager-acmesolver:"\) \|\| /);
  }
});

test('the admission policy holds in its own namespace, and denies', () => {
  expect(one('ValidatingAdmissionPolicyBinding', 'prod').spec).toEqual({
    matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'openluffy-prod' } } },
    policyName: 'openluffy-prod-images',
    validationActions: ['Deny'],
  });
});

test('no two objects of a platform have one kind, name and namespace', () => {
  const model = openluffy();
  const all = model.environments.flatMap((environment) => [
    ...environmentObjects(model, environment),
    ...model.services.flatMap((service) => serviceObjects(model, service, environment)),
  ]);
  const identities = all.map((object) => `${object.apiVersion} ${object.kind} ${object.metadata.namespace} ${object.metadata.name}`);
  expect(new Set(identities).size).toBe(identities.length);
});
