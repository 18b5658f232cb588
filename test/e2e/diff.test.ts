import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { runCommandLine } from '../../lib/cli/command-line';
import type { KubernetesObject } from '../../lib/desired/desired-state';
import { comparable } from '../../lib/diff/comparable';
import { DEFAULTED_PLACES } from '../../lib/diff/defaults';
import type { Difference } from '../../lib/diff/difference';
import { fieldChanges } from '../../lib/diff/field-changes';
import { IMMUTABLE_FIELDS, immutableChanges } from '../../lib/diff/immutable-fields';
import { isList, isRecord } from '../../lib/diff/json';
import { ITEM, placeOf, placeOfObject } from '../../lib/diff/places';
import type { Json } from '../../lib/model/platform-model';
import { type Cluster, program, startApiServer } from './bed';
import { UPDATES } from './updates';

const source = readFileSync(join(__dirname, '..', '..', 'examples', '01-openluffy', 'platform.ts'), 'utf8');

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startApiServer();
  await cluster.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } }]);
});
afterAll(() => cluster?.stop());

/** A folder with OpenLuffy, changed; it is no clone, so that images are those beside the program. */
function folderWith(text: string): string {
  const folder = mkdtempSync(join(cluster.folder, 'openluffy-'));
  writeFileSync(join(folder, 'platform.ts'), text);
  const services = [...text.matchAll(/new ServiceStack\(platform, '(\w+)'/g)].map(([, name]) => name);
  writeFileSync(
    join(folder, 'images.yaml'),
    services.map((name) => `${name}: ghcr.io/lebrick07/openluffy/x@sha256:${'a'.repeat(64)}\n`).join(''),
  );
  writeFileSync(join(folder, 'values.yaml'), 'app/delivery: 1\napp/intake: 2\n');
  return folder;
}

async function stagegate(
  folder: string,
  ...argv: readonly string[]
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCommandLine(argv, {
    out: (text) => void out.push(text),
    note: (text) => void err.push(text),
    colour: false,
    folder,
    environment: { PATH: `${dirname(program('kubectl'))}${delimiter}${process.env.PATH}` },
    now: Date.now,
    wait: async () => undefined,
    ask: async () => undefined,
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

async function live(folder: string): Promise<Difference> {
  const { code, out, err } = await stagegate(folder, 'diff', '--live', 'prod', '--kubeconfig', cluster.kubeconfig, '--json');
  if (code !== 0) throw new Error(err);
  return JSON.parse(out) as Difference;
}

/** What a folder renders for prod, as a file. */
async function rendered(folder: string): Promise<string> {
  const { code, err } = await stagegate(folder, 'render', '--env', 'prod', '--out', 'out');
  if (code !== 0) throw new Error(err);
  return join(folder, 'out', 'prod');
}

/** Kind, namespace and name of the objects that `kubectl diff` names for what a folder renders. */
async function namedByKubectl(folder: string): Promise<string[]> {
  const args = ['--kubeconfig', cluster.kubeconfig, 'diff', '--server-side', '--recursive', '--filename', await rendered(folder)];
  const { status, stdout, stderr } = spawnSync(program('kubectl'), args, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0 && status !== 1) throw new Error(stderr);
  // +++ /tmp/MERGED-123/apps.v1.Deployment.openluffy-prod.backend
  const files = [...stdout.matchAll(/^\+\+\+ \S+\/([^/\s]+)/gm)].map(([, file = '']) => file);
  return files.map((file) => /(?:^|\.)v\d\w*\.([A-Z]\w*)\.([^.]*)\.(.+)$/.exec(file)?.slice(1).join(' ') ?? file).sort();
}

/** The same of a difference, but for what is deleted: `kubectl diff` does not look for that. */
function named({ environments }: Difference): string[] {
  const changes = environments.flatMap((environment) => environment.changes).filter(({ action }) => action !== 'delete');
  return changes.map(({ kind, namespace = '', name }) => `${kind} ${namespace} ${name}`).sort();
}

const deleted = ({ environments }: Difference): string[] =>
  environments.flatMap(({ changes }) => changes.filter(({ action }) => action === 'delete').map(({ kind, name }) => `${kind} ${name}`));

const sealed = (value: string): string =>
  `${source}\nbackend.addObjects(() => [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sealed' }, data: { a: '${value}' }, immutable: true }]);`;

describe('What is deployed, held against a changed program', () => {
  beforeAll(async () => {
    await cluster.apply(await rendered(folderWith(source)));
  });

  test('nothing differs from the program that was applied', async () => {
    expect(await live(folderWith(source))).toMatchObject({ base: { name: 'cluster' }, environments: [], notCompared: [] });
  });

  test.each<[string, (text: string) => string, readonly string[]]>([
    ['replicas', (text) => text.replace('replicas: 3,', 'replicas: 1,'), ['PodDisruptionBudget backend']],
    ['a setting', (text) => text.replace("route: '/api',", "route: '/api', env: { LOG_LEVEL: 'warn' },"), []],
    ['the host', (text) => text.replace("host: 'openluffy.local'", "host: 'www.openluffy.local'"), []],
    ['the sync', (text) => text.replace('  sync: Sync.manual(),\n', ''), []],
    ['a route less', (text) => text.replace("  route: '/api',\n", ''), ['Ingress backend']],
    [
      'a service more',
      (text) => `${text}\nnew ServiceStack(platform, 'jobs', { build: Build.dockerfile('x'), port: 1, health: '/' });`,
      [],
    ],
    [
      'a service less',
      (text) => text.replace(/new ServiceStack\(platform, 'frontend'[\s\S]*?\}\);\n/, ''),
      [
        'ConfigMap frontend-config-655b2895cc',
        'Deployment frontend',
        'Ingress frontend',
        'NetworkPolicy frontend',
        'PodDisruptionBudget frontend',
        'Service frontend',
        'ServiceAccount frontend',
      ],
    ],
    [
      'a service under another name',
      (text) => text.replace("ServiceStack(platform, 'backend'", "ServiceStack(platform, 'api'"),
      [
        'ConfigMap backend-config-3e8331a1ad',
        'Deployment backend',
        'ExternalSecret backend',
        'Ingress backend',
        'NetworkPolicy backend',
        'PodDisruptionBudget backend',
        'Service backend',
        'ServiceAccount backend',
      ],
    ],
  ])('%s: the same objects are named as by kubectl diff, and what is no longer declared beside', async (_, change, gone) => {
    const text = change(source);
    expect(text).not.toBe(source);
    const folder = folderWith(text);
    const difference = await live(folder);
    expect(named(difference)).toEqual(await namedByKubectl(folder));
    expect(named(difference)).not.toEqual([]);
    expect(deleted(difference)).toEqual(gone);
    expect(difference.notCompared).toEqual([]);
  });

  test('what somebody changed by hand is told where it is ours, and left alone where it is not', async () => {
    await cluster.kubectl(['scale', 'deployment', 'frontend', '--namespace', 'openluffy-prod', '--replicas', '5']);
    await cluster.kubectl(['label', 'service', 'frontend', '--namespace', 'openluffy-prod', 'by=hand']);
    const folder = folderWith(source);
    const difference = await live(folder);
    expect(difference.environments[0]?.changes).toMatchObject([
      { action: 'update', kind: 'Deployment', name: 'frontend', fields: [{ path: 'spec.replicas', before: 5, after: 2 }] },
    ]);
    await cluster.apply(await rendered(folder));
    expect((await live(folder)).environments).toEqual([]);
  });

  test('what the API server refuses to change is replaced, and its refusal is told', async () => {
    await cluster.apply(await rendered(folderWith(sealed('1'))));
    const { environments, notCompared } = await live(folderWith(sealed('2')));
    expect(environments[0]?.changes).toMatchObject([
      { action: 'replace', kind: 'ConfigMap', name: 'sealed', immutable: ['data'], fields: [{ path: 'data.a', before: '1', after: '2' }] },
    ]);
    expect(notCompared).toEqual([{ what: 'what the API server makes of ConfigMap sealed', why: expect.stringContaining('immutable') }]);
    await cluster.kubectl(['delete', 'configmap', 'sealed', '--namespace', 'openluffy-prod']);
  });

  test('a cluster that does not answer is a failure of the outside', async () => {
    const folder = folderWith(source);
    writeFileSync(join(folder, 'kubeconfig'), readFileSync(cluster.kubeconfig, 'utf8').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
    const { code, out, err } = await stagegate(folder, 'diff', '--live', 'prod', '--kubeconfig', 'kubeconfig');
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toMatch(/^error {2}kubectl api-resources failed: .*refused/);
  });
});

/** Small objects that leave out all that they can, so that the server fills it in. */
const pod = {
  containers: [
    {
      name: 'main',
      image: 'registry.example.com/x:1',
      ports: [{ containerPort: 80 }],
      env: [{ name: 'IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
      volumeMounts: ['c', 's', 'p', 'd'].map((name) => ({ name, mountPath: `/${name}` })),
      lifecycle: { postStart: { httpGet: { port: 80 } }, preStop: { httpGet: { port: 80 } } },
      livenessProbe: { httpGet: { port: 80 } },
      readinessProbe: { tcpSocket: { port: 80 } },
    },
  ],
  volumes: [
    { name: 'c', configMap: { name: 'c' } },
    { name: 's', secret: { secretName: 's' } },
    { name: 'p', projected: { sources: [{ downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } }] } },
    { name: 'd', downwardAPI: { items: [{ path: 'x', fieldRef: { fieldPath: 'metadata.name' } }] } },
  ],
};
const labels = { app: 'x' };
const template = { metadata: { labels }, spec: pod };
const batch = { template: { spec: { ...pod, restartPolicy: 'Never' } } };
const small = (apiVersion: string, kind: string, content: object, metadata: object = { namespace: 'default' }): KubernetesObject =>
  ({ apiVersion, kind, metadata: { name: `x-${kind.toLowerCase()}`, ...metadata }, ...content }) as unknown as KubernetesObject;
const SMALL = [
  small('apps/v1', 'Deployment', { spec: { selector: { matchLabels: labels }, template } }),
  small('apps/v1', 'StatefulSet', { spec: { selector: { matchLabels: labels }, serviceName: 'x', template } }),
  small('batch/v1', 'Job', { spec: batch }),
  small('batch/v1', 'CronJob', { spec: { schedule: '0 0 * * *', jobTemplate: { spec: batch } } }),
  small('v1', 'Service', { spec: { selector: labels, ports: [{ port: 80 }] } }),
  small('v1', 'Secret', {}),
  small('v1', 'PersistentVolumeClaim', { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } }),
  small('storage.k8s.io/v1', 'StorageClass', { provisioner: 'example.com/x' }, {}),
  small('networking.k8s.io/v1', 'NetworkPolicy', {
    spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }], egress: [{ ports: [{ port: 80 }] }] },
  }),
  small('autoscaling/v2', 'HorizontalPodAutoscaler', {
    spec: {
      maxReplicas: 3,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'x' },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    },
  }),
  small('rbac.authorization.k8s.io/v1', 'RoleBinding', {
    roleRef: { kind: 'Role', name: 'x', apiGroup: 'rbac.authorization.k8s.io' },
  }),
  small(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicy',
    {
      spec: {
        matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
        validations: [{ expression: 'true' }],
      },
    },
    {},
  ),
  small(
    'admissionregistration.k8s.io/v1',
    'ValidatingAdmissionPolicyBinding',
    { spec: { policyName: 'x', validationActions: ['Deny'], matchResources: {} } },
    {},
  ),
  small('external-secrets.io/v1', 'ExternalSecret', {
    spec: { secretStoreRef: { name: 'x' }, data: [{ secretKey: 'a', remoteRef: { key: 'b' } }] },
  }),
  small('gateway.networking.k8s.io/v1', 'HTTPRoute', {
    spec: { parentRefs: [{ name: 'x' }], rules: [{ matches: [{ path: {} }], backendRefs: [{ name: 'x', port: 80 }] }] },
  }),
];

/** What the server makes up for an object, rather than takes where nothing is said. */
const MADE_UP: Readonly<Record<string, readonly RegExp[]>> = {
  PersistentVolumeClaim: [/^metadata\.finalizers$/],
  Job: [/^spec\.selector$/, /^spec\.template\.metadata(?:\.labels)?$/, /^metadata\.labels$/, /^spec\.podReplacementPolicy$/],
  Service: [/^spec\.(?:clusterIPs?|ipFamilies|ipFamilyPolicy)$/],
};

test('what the API server fills in is known to be what it takes anyway', async () => {
  const answer = await cluster.kubectl(
    ['create', '--dry-run=server', '--output=json', '-f', '-'],
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: SMALL }),
  );
  const filled = answer
    .trim()
    .split(/\n(?=\{)/)
    .flatMap((text) => {
      const object = JSON.parse(text) as KubernetesObject & { readonly items?: readonly KubernetesObject[] };
      return object.items ?? [object];
    });
  expect(filled.map(({ kind }) => kind).sort()).toEqual(SMALL.map(({ kind }) => kind).sort());
  const seen = new Set<string>();
  const unknown = SMALL.flatMap((object) => {
    const full = filled.find(({ kind }) => kind === object.kind) as KubernetesObject;
    visit(placeOfObject(full), full as unknown as Json, (place) => seen.add(place));
    const [before, after] = [object, full].map((one) => comparable(one) as unknown as Json);
    const paths = fieldChanges(before, after, { place: placeOfObject(object) }).map(({ path }) => path);
    return paths.filter((path) => !MADE_UP[object.kind]?.some((made) => made.test(path))).map((path) => `${object.kind} ${path}`);
  });
  expect(unknown).toEqual([]);
  expect([...DEFAULTED_PLACES.keys()].filter((place) => !seen.has(place))).toEqual([]);
});

test('an update is refused by the API server exactly where the object is said to be replaced, for every field that is said to be fixed', async () => {
  await cluster.apply(UPDATES.map(({ before }) => before));
  await cluster.kubectl(['wait', '--for=condition=Established', '--all', '--timeout=60s', 'customresourcedefinitions']);
  const args = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--output=name', '--filename=-'];
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: UPDATES.map(({ after }) => after) });
  const { stdout, stderr } = spawnSync(program('kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args], { encoding: 'utf8', input });
  const taken = new Set(stdout.trim().split('\n'));
  const isTaken = ({ kind, metadata }: KubernetesObject): boolean =>
    [...taken].some((name) => name.startsWith(kind.toLowerCase()) && name.endsWith(`/${metadata.name}`));
  const fixed = UPDATES.map(({ before, after }) => {
    const fields = fieldChanges(before as unknown as Json, after as unknown as Json, { place: placeOfObject(after) });
    return immutableChanges(before, after, fields);
  });
  expect(UPDATES.map(({ what, after }) => [what, isTaken(after) ? 'taken' : 'refused'])).toEqual(
    UPDATES.map(({ what }, index) => [what, fixed[index]?.length === 0 ? 'taken' : 'refused']),
  );
  // Whatever is refused is so because it cannot change, and not because it is wrong.
  const refusals = stderr.split('\n').filter((line) => line.startsWith('Error from server'));
  expect(refusals).toHaveLength(fixed.filter(({ length }) => length > 0).length);
  const reason = /immutable|may not change once set|may not be changed in an update|cannot change roleRef|updates to statefulset spec/;
  expect(refusals.filter((line) => !reason.test(line))).toEqual([]);
  const tried = new Set(UPDATES.flatMap(({ after }, index) => (fixed[index] ?? []).map((path) => `${after.kind} ${path}`)));
  // The bed knows no GatewayClass.
  const known = Object.entries(IMMUTABLE_FIELDS).filter(([kind]) => kind !== 'GatewayClass');
  const rows = known.flatMap(([kind, all]) => all.flatMap(({ fields }) => fields.map((path) => `${kind} ${path}`)));
  expect(rows.filter((row) => ![...tried].some((one) => one === row || one.startsWith(`${row}.`)))).toEqual([]);
});

function visit(place: string, value: Json, see: (place: string) => void): void {
  see(place);
  if (isList(value)) for (const item of value) visit(placeOf(place, ITEM), item, see);
  else if (isRecord(value)) for (const [key, item] of Object.entries(value)) visit(placeOf(place, key), item, see);
}
