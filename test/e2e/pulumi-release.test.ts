import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compile, type DesiredState, resolve, type ServiceStack, Sync } from 'stagegate';
import { openGitStore, type Store } from '../../lib/delivery';
import { type BuiltPackage, builtPackage } from '../built-package';
import { imageOf, recordRelease } from '../pulumi/releasing';
import { shop } from '../pulumi/shop';
import { type Cluster, refusal, startCluster } from './bed';
import { done, messages, type Project, type Pulumi, type Stack, startPulumi } from './bed/pulumi';

const PROGRAM = `
import * as k8s from '@pulumi/kubernetes';
import { Sync } from 'stagegate';
import { EnvironmentResources, recordedRelease } from 'stagegate/pulumi';
import { shop } from './shop';

/** A Deployment that does not get ready is given up after seconds. */
const impatient = ({ type, props, opts }) =>
  type.endsWith(':Deployment') ? { props, opts: { ...opts, customTimeouts: { create: '4s', update: '4s' } } } : undefined;

export = async () => {
  const { prod } = shop({ api: true, prod: { sync: Sync.pulumi() } });
  const release = await recordedRelease(prod, { remote: process.env.REMOTE });
  const provider = new k8s.Provider('cluster', {});
  return new EnvironmentResources('prod', { environment: prod, release }, { provider, transformations: [impatient] }).outputs;
};
`;

const [first, second, broken] = ['a', 'b', 'c'].map((digit) => `sha256:${digit.repeat(64)}`) as [string, string, string];

/** What the shop compiles to; with a volume that its api claims, when that is asked for. */
function desiredShop({ claim = false } = {}): DesiredState {
  const { platform } = shop({ api: true, prod: { sync: Sync.pulumi() } });
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const api = platform.node.findChild('api') as ServiceStack;
  if (claim) {
    api.addObjects(({ namespace }) => [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'data', namespace }, spec }]);
  }
  return compile(resolve(platform));
}

let built: BuiltPackage;
let cluster: Cluster;
let pulumi: Pulumi;
let project: Project;
let stack: Stack;
let store: Store;

beforeAll(async () => {
  built = builtPackage();
  cluster = await startCluster({ failingImages: [broken] });
  const remote = join(cluster.folder, 'delivery.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  store = await openGitStore({ remote, as: 'stagegate' });
  pulumi = startPulumi({ kubeconfig: cluster.kubeconfig, stagegate: built.folder, env: { REMOTE: remote } });
  project = pulumi.project('shop', { 'index.ts': PROGRAM, 'shop.ts': { from: 'test/pulumi/shop.ts' } });
  stack = await project.stack('prod');
});

afterAll(async () => {
  await pulumi?.stop();
  await cluster?.stop();
  built?.remove();
});

interface Releasing {
  readonly web?: string;
  readonly api?: string;
  readonly claim?: boolean;
  readonly branch?: (files: Map<string, string>) => void;
}

/** Records a release of these images on the branch of prod. */
const release = ({ web = first, api = first, claim = false, branch }: Releasing = {}) =>
  recordRelease({
    ...{ desired: desiredShop({ claim }), store, environment: 'prod', digests: { api, web } },
    ...(branch === undefined ? {} : { branch }),
  });
const inProd = (...args: readonly string[]): Promise<string> => cluster.kubectl(['-n', 'shop-prod', ...args]);
const images = (): Promise<string> => inProd('get', 'deployments', '-o', 'jsonpath={.items[*].spec.template.spec.containers[0].image}');
const imagesOf = ({ web = first, api = first }: Releasing): string => `${imageOf(api, 'api')} ${imageOf(web)}`;
const generation = (name: string): Promise<string> => inProd('get', 'deployment', name, '-o', 'jsonpath={.metadata.generation}');

test('before the first release there is what precedes it, and nothing else', async () => {
  const run = await stack.up();
  expect(run).toMatchObject({ code: 0, changes: { create: 7 + 3 } });
  expect(run.text).toContain('env/prod records no release yet');
});

test('the release that the branch records is applied; refused half-way, it is ended by the next update', async () => {
  const { id } = await release();
  await cluster.apply(refusal({ group: 'networking.k8s.io', resource: 'ingresses', name: 'api', message: 'the api is closed' }));
  const refused = await stack.up();
  expect(refused.code).not.toBe(0);
  expect(messages(refused)).toContain('the api is closed');
  const kept = done(refused).filter((step) => !step.endsWith('failed'));

  await cluster.kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'frozen']);
  const next = await stack.up();
  expect(next.code).toBe(0);
  expect(done(next)).toContain('create prod/Ingress/shop-prod/api');
  expect(done(next).filter((step) => !step.startsWith('create ') || kept.includes(step))).toEqual([]);
  expect(await stack.outputs()).toMatchObject({ environment: 'prod', namespace: 'shop-prod', release: id });
  expect(await images()).toBe(imagesOf({}));

  for (const service of ['api', 'web']) {
    const made = [...kept, ...done(next)].flatMap((step) => new RegExp(`^create prod/(\\w+)/shop-prod/${service}$`).exec(step)?.[1] ?? []);
    const steps = ['ServiceAccount', 'Deployment', 'Service', 'Ingress'];
    expect(made.filter((kind) => steps.includes(kind))).toEqual(steps);
  }
  expect(await stack.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0 });
});

test('the next release changes the service that is different in it, and no object of the other one', async () => {
  const before = await generation('api');
  await release({ web: second });
  expect(done(await stack.up())).toEqual(['update prod/Deployment/shop-prod/web']);
  expect(await images()).toBe(imagesOf({ web: second }));
  expect(await generation('api')).toBe(before);
});

test('a release of which one service does not get ready is kept as far as it came, and the next release puts it right', async () => {
  const failing = () => stack.state().resources.filter(({ initErrors }) => initErrors !== undefined);
  await release({ web: broken, api: second });
  const failed = await stack.up();
  expect(failed.code).not.toBe(0);
  expect(messages(failed)).toMatch(/did not become ready: \d of 2 replicas|failed to fully initialize or become live/);
  expect(done(failed).sort()).toEqual(['update prod/Deployment/shop-prod/api', 'update prod/Deployment/shop-prod/web failed']);
  expect(failing().map(({ id }) => id)).toEqual(['shop-prod/web']);
  expect(await inProd('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}')).toBe('2');

  await release({ web: second, api: second });
  expect(done(await stack.up())).toEqual(['update prod/Deployment/shop-prod/web']);
  expect(failing()).toEqual([]);
  expect(await images()).toBe(imagesOf({ web: second, api: second }));
  expect(await stack.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0 });
});

test('what somebody wrote to the branch is not applied', async () => {
  await release({
    branch: (files) => {
      for (const [path, text] of files) if (path.startsWith('manifests/')) files.set(path, text.replace('replicas: 2', 'replicas: 9'));
    },
  });
  const run = await stack.up();
  expect(run.code).not.toBe(0);
  expect(messages(run)).toContain('env/prod does not hold the manifests of release');
  expect(await images()).toBe(imagesOf({ web: second, api: second }));
});

test('a volume that a release of production claims is not deleted with what claimed it', async () => {
  await release({ claim: true });
  expect(done(await stack.up())).toContain('create prod/PersistentVolumeClaim/shop-prod/data');
  const uid = () => inProd('get', 'persistentvolumeclaim', 'data', '-o', 'jsonpath={.metadata.uid}');
  const before = await uid();

  expect(await stack.destroy({ args: ['--exclude-protected'] })).toMatchObject({ code: 0 });
  const objects = stack.state().resources.flatMap(({ type, id }) => (type.startsWith('kubernetes:') ? [id] : []));
  expect(objects).toEqual(['shop-prod']);
  expect(await inProd('get', 'deployments,services,ingresses', '-o', 'name')).toBe('');
  expect(await uid()).toBe(before);
});

test('destroying the stack with what is protected leaves nothing', async () => {
  await release();
  project.write('index.ts', (text) => text.replace('{ provider,', '{ provider, protect: false,'));
  expect(await stack.up()).toMatchObject({ code: 0 });
  expect(await stack.destroy()).toMatchObject({ code: 0 });
  expect(await cluster.kubectl(['get', 'namespaces', '-l', 'app.kubernetes.io/part-of=shop', '-o', 'name'])).toBe('');
  expect(stack.state().resources).toEqual([]);
});
