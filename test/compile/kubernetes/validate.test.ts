import { environmentObjects } from '../../../lib/compile/kubernetes/environment-objects';
import { serviceObjects } from '../../../lib/compile/kubernetes/service-objects';
import { validateObject } from '../../../lib/compile/kubernetes/validate';
import type { KubernetesObject } from '../../../lib/desired/desired-state';
import type { Json, PlatformModel } from '../../../lib/model/platform-model';
import { edited, openluffy, placed } from '../model-fixture';

/** A platform whose objects use everything that is emitted. */
function rich(): PlatformModel {
  return edited(openluffy(), (draft) => {
    const backend = placed(draft, 'backend', 'prod');
    backend.autoscaling = { min: 2, max: 6, cpuPercent: 70 };
    backend.writable = ['/tmp', '/var/cache/app'];
    backend.secrets.push({ variable: 'TOKEN', store: 'other', secretPath: 'a/b', key: 'token' });
    draft.services[0]?.egress.push(
      { text: '', to: { kind: 'cidr', cidr: '10.0.0.0/8' }, port: 6379 },
      { text: '', to: { kind: 'internet', host: 'api.example.com' }, port: 443 },
    );
    draft.services[0]?.sidecars.push({
      name: 'proxy',
      build: { kind: 'image', repository: 'docker.io/envoyproxy/envoy' },
      image: 'docker.io/envoyproxy/envoy',
      port: 9901,
      env: { A: 'b' },
      requests: { cpu: '10m', memory: '32Mi' },
      limits: { memory: '64Mi' },
    });
    for (const environment of draft.environments) {
      environment.host = `${environment.name}.example.com`;
      environment.limits = { cpu: '8', memory: '16Gi', pods: 20 };
      if (environment.name === 'prod') environment.sync = { kind: 'manual', group: 'release-engineers' };
    }
    draft.ingress = { namespace: 'traefik', class: 'traefik' };
  });
}

function everyObject(model: PlatformModel): KubernetesObject[] {
  return model.environments.flatMap((environment) => [
    ...environmentObjects(model, environment),
    ...model.services.flatMap((service) => serviceObjects(model, service, environment)),
  ]);
}

const objects = everyObject(rich());
const oneOfEachKind = [...new Map(objects.map((object) => [`${object.apiVersion}/${object.kind}`, object])).entries()].sort();

test('every object that is compiled fits the schema of its kind', () => {
  const wrong = [...everyObject(openluffy()), ...objects].filter((object) => validateObject(object).kind !== 'valid');
  expect(wrong.map((object) => [object.kind, object.metadata.name, validateObject(object)])).toEqual([]);
});

test('the kinds below are all that are compiled', () => {
  expect(oneOfEachKind.map(([kind]) => kind)).toEqual([
    'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
    'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
    'apps/v1/Deployment',
    'argoproj.io/v1alpha1/AppProject',
    'argoproj.io/v1alpha1/Application',
    'autoscaling/v2/HorizontalPodAutoscaler',
    'cert-manager.io/v1/Certificate',
    'external-secrets.io/v1/ExternalSecret',
    'networking.k8s.io/v1/Ingress',
    'networking.k8s.io/v1/NetworkPolicy',
    'policy/v1/PodDisruptionBudget',
    'v1/ConfigMap',
    'v1/LimitRange',
    'v1/Namespace',
    'v1/ResourceQuota',
    'v1/Service',
    'v1/ServiceAccount',
  ]);
});

/** Places of records whose keys are not free to choose, as paths of keys. */
function fieldsOf(value: Json, path: readonly string[] = []): string[][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => fieldsOf(item, [...path, String(index)]));
  if (typeof value !== 'object' || value === null) return [];
  const free = ['labels', 'annotations', 'matchLabels', 'data', 'requests', 'limits', 'hard', 'default', 'defaultRequest', 'max'];
  if (Object.keys(value).some((key) => key.includes('/'))) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    [...path, key],
    ...(free.includes(key) && !Array.isArray(item) ? [] : fieldsOf(item, [...path, key])),
  ]);
}

/** A copy of an object in which the field at a path has a letter too many. */
function misspelt(object: KubernetesObject, path: readonly string[]): KubernetesObject {
  const copy = structuredClone(object);
  const parent = path
    .slice(0, -1)
    .reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, copy as unknown as Record<string, unknown>);
  const field = path.at(-1) ?? '';
  parent[`${field}x`] = parent[field];
  delete parent[field];
  return copy;
}

test.each(oneOfEachKind)('a misspelt field of %s is refused, whichever field it is', (_, object) => {
  const fields = fieldsOf(object as unknown as Json).filter(([first]) => first !== 'apiVersion' && first !== 'kind');
  expect(fields.length).toBeGreaterThanOrEqual(object.kind === 'Namespace' ? 2 : 3);
  const accepted = fields.filter((path) => validateObject(misspelt(object, path)).kind !== 'invalid');
  expect(accepted.map((path) => path.join('.'))).toEqual([]);
});

test('a finding names the field and what is wrong with it', () => {
  const deployment = objects.find((object) => object.kind === 'Deployment') as KubernetesObject;
  expect(validateObject(misspelt(deployment, ['spec', 'template', 'spec', 'containers', '0', 'imagePullPolicy']))).toEqual({
    kind: 'invalid',
    findings: ['spec/template/spec/containers/0/imagePullPolicyx: there is no such field'],
  });
});

test('a value of another type, a missing field and a status are refused', () => {
  const service = objects.find((object) => object.kind === 'Service') as KubernetesObject;
  expect(validateObject({ ...service, spec: { ports: [{ port: '80' }] } }).kind).toBe('invalid');
  expect(validateObject({ ...service, spec: { ports: [{ name: 'http' }] } }).kind).toBe('invalid');
  expect(validateObject({ ...service, status: {} }).kind).toBe('invalid');
});

test('a kind without a schema, or another version of a known kind, is reported as not validated', () => {
  const metadata = { name: 'a' };
  expect(validateObject({ apiVersion: 'kafka.strimzi.io/v1', kind: 'Kafka', metadata })).toEqual({ kind: 'not-validated' });
  expect(validateObject({ apiVersion: 'apps/v1beta1', kind: 'Deployment', metadata })).toEqual({ kind: 'not-validated' });
});
