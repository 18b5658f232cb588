import { existsSync } from 'node:fs';
import { type Cluster, startCluster } from './bed';
import { done, messages, type Project, type Pulumi, type Stack, startPulumi } from './bed/pulumi';

interface Program {
  /** Arguments of the provider. @default {} */
  readonly provider?: string;
  /** Labels of the pods. @default { app: 'web' } */
  readonly labels?: string;
  readonly colour?: string;
  readonly image?: string;
  /** More statements. @default none */
  readonly more?: string;
}

/** A program of a few objects, in JavaScript, which starts quicker. */
const program = ({ provider = '{}', labels = "{ app: 'web' }", colour = 'red', image = 'web:1', more = '' }: Program = {}): string => `
const k8s = require('@pulumi/kubernetes');

const provider = new k8s.Provider('cluster', ${provider});
const namespace = new k8s.core.v1.Namespace('shop', { metadata: { name: 'shop' } }, { provider });
const inside = { provider, dependsOn: namespace };
const metadata = (name) => ({ name, namespace: 'shop' });
const labels = ${labels};
new k8s.core.v1.ResourceQuota('quota', { metadata: metadata('quota'), spec: { hard: { pods: '4' } } }, inside);
new k8s.core.v1.ConfigMap('config', { metadata: metadata('config'), data: { colour: '${colour}' } }, inside);
new k8s.core.v1.Secret('secret', { metadata: metadata('secret'), stringData: { password: 'correct horse' } }, inside);
const template = { metadata: { labels }, spec: { containers: [{ name: 'web', image: '${image}' }] } };
new k8s.apps.v1.Deployment(
  'web',
  { metadata: metadata('web'), spec: { replicas: 2, selector: { matchLabels: labels }, template } },
  { ...inside, customTimeouts: { create: '3s', update: '3s' } },
);
new k8s.core.v1.Service('web', { metadata: metadata('web'), spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }, inside);
${more}
exports.where = namespace.metadata.name;
`;

describe('Pulumi in the test bed', () => {
  let cluster: Cluster;
  let pulumi: Pulumi;
  let project: Project;
  let stack: Stack;

  beforeAll(async () => {
    cluster = await startCluster({ failingImages: ['web:broken'] });
    pulumi = startPulumi({ kubeconfig: cluster.kubeconfig });
    project = pulumi.project('shop', { 'index.js': program() });
    stack = await project.stack('dev');
  });

  afterAll(async () => {
    await pulumi?.stop();
    await cluster?.stop();
    expect(existsSync(pulumi.folder)).toBe(false);
  });

  const inShop = (...args: string[]): Promise<string> => cluster.kubectl(['-n', 'shop', ...args]);

  test('a field that no object of its kind has is seen in the preview, which makes nothing', async () => {
    const more = "new k8s.core.v1.Service('typo', { metadata: { name: 'typo', namespace: 'default' }, spec: { prots: [] } }, inside);";
    project.write('index.js', program({ more }));
    const preview = await stack.preview();
    // The official provider lets the API server drop it.
    const strict = pulumi.plugins.some(({ name, standIn }) => name === 'pulumi-resource-kubernetes' && standIn);
    expect(messages(preview).includes('unknown field "spec.prots"')).toBe(strict);
    expect(preview.code === 0).toBe(!strict);
    await expect(cluster.kubectl(['get', 'namespace', 'shop'])).rejects.toThrow('not found');
  });

  test('an update makes every object and waits until it is ready', async () => {
    project.write('index.js', program());
    expect(await stack.up()).toMatchObject({ code: 0, changes: { create: 8 } });
    expect(await inShop('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}')).toBe('2');
    expect(await inShop('get', 'resourcequota', 'quota', '-o', 'jsonpath={.status.hard.pods}')).toBe('4');
    expect(await stack.outputs()).toEqual({ where: 'shop' });
  });

  test('a secret is in the state as ciphertext alone', () => {
    const { text } = stack.state();
    expect(text).toContain('"ciphertext"');
    expect(text).not.toContain('correct horse');
    expect(text).not.toContain(Buffer.from('correct horse').toString('base64'));
  });

  const forced = { provider: '{ enablePatchForce: true }' };

  test('a field that someone changed is drift that a refresh finds, and is taken back only by force', async () => {
    await inShop('patch', 'resourcequota', 'quota', '--type=merge', '-p', '{"spec":{"hard":{"pods":"9"}}}');
    const refreshed = await stack.refresh();
    expect(done(refreshed)).toEqual(['update quota']);
    expect(refreshed.steps.find(({ name }) => name === 'quota')?.differences).toEqual(['spec.hard.pods']);

    const refused = await stack.up();
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toMatch(/apply conflict: .* conflict with "kubectl-patch" using v1: \.spec\.hard\.pods/);

    project.write('index.js', program(forced));
    expect(await stack.up()).toMatchObject({ code: 0 });
    expect(await inShop('get', 'resourcequota', 'quota', '-o', 'jsonpath={.spec.hard.pods}')).toBe('4');
  });

  const changed = { ...forced, labels: "{ app: 'web', tier: 'front' }", colour: 'green' };

  test('what cannot change in place is replaced, the old object first; one that does not get ready is kept, and the next update goes on with it', async () => {
    const before = await inShop('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.uid}');
    project.write('index.js', program({ ...changed, image: 'web:broken' }));
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect(messages(failed)).toMatch(/did not become ready: \d of 2 replicas|failed to fully initialize or become live/);
    const replaced = (name: string): string[] => done(failed).filter((step) => new RegExp(`replace(ment|d) ${name}\\b`).test(step));
    expect(replaced('config')).toEqual(['delete-replaced config', 'create-replacement config']);
    expect(replaced('web')).toEqual(['delete-replaced web', 'create-replacement web failed']);
    expect(await inShop('get', 'configmap', 'config', '-o', 'jsonpath={.data.colour}')).toBe('green');
    expect(await inShop('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.uid}')).not.toBe(before);
    expect(stack.state().resources.find(({ id, type }) => id === 'shop/web' && type.includes('Deployment'))?.initErrors).toHaveLength(1);

    project.write('index.js', program(changed));
    expect(done(await stack.up())).toContain('update web');
    expect(stack.state().resources.some(({ initErrors }) => initErrors !== undefined)).toBe(false);
  });

  test('an object that is there already is refused, and imported', async () => {
    await inShop('create', 'configmap', 'found', '--from-literal=by=hand');
    const found = (options: string): string =>
      program({
        ...changed,
        more: `new k8s.core.v1.ConfigMap('found', { metadata: metadata('found'), data: { by: 'hand' } }, ${options});`,
      });
    project.write('index.js', found('inside'));
    const refused = await stack.up();
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toMatch(/configmaps "found" already exists\W+the resource already exists in the cluster/i);
    project.write('index.js', found(`{ ...inside, import: 'shop/found' }`));
    expect(done(await stack.up())).toEqual(['import found']);
  });

  test('another cluster means new objects, but not when its identifier says that it is the same one', async () => {
    const nowhere = (await cluster.kubectl(['config', 'view', '--raw', '-o', 'json'])).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
    const elsewhere = (more = ''): string => program({ ...changed, provider: `{ kubeconfig: process.env.ELSEWHERE${more} }` });
    const env = { ELSEWHERE: nowhere };
    project.write('index.js', elsewhere());
    expect((await stack.preview({ env })).changes).toMatchObject({ replace: 7 });

    project.write('index.js', program({ ...changed, provider: "{ enablePatchForce: true, clusterIdentifier: 'shop' }" }));
    expect(await stack.up()).toMatchObject({ code: 0, changes: { update: 1, delete: 1, same: 7 } });
    project.write('index.js', elsewhere(", clusterIdentifier: 'shop'"));
    expect((await stack.preview({ env })).changes).toMatchObject({ update: 1, same: 7 });
  });

  test('destroy leaves nothing, in the cluster and in the state', async () => {
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    await expect(cluster.kubectl(['get', 'namespace', 'shop'])).rejects.toThrow('not found');
    expect(stack.state().resources).toEqual([]);
  });
});
