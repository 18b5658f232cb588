import { existsSync } from 'node:fs';
import { type Cluster, startCluster } from './bed';
import { type Project, type Pulumi, type Run, type Stack, type StackState, startPulumi } from './bed/pulumi';

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

/** A program of a few objects. */
const program = ({ provider = '{}', labels = "{ app: 'web' }", colour = 'red', image = 'web:1', more = '' }: Program = {}): string => `
import * as k8s from '@pulumi/kubernetes';

const provider = new k8s.Provider('cluster', ${provider});
const namespace = new k8s.core.v1.Namespace('shop', { metadata: { name: 'shop' } }, { provider });
const inside = { provider, dependsOn: namespace };
const metadata = (name: string) => ({ name, namespace: 'shop' });
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
new k8s.core.v1.Service('web', { metadata: metadata('web'), spec: { selector: labels, ports: [{ port: 80 }] } }, inside);
${more}
export const where = namespace.metadata.name;
`;

const service = (name: string, spec: string): string =>
  `new k8s.core.v1.Service('${name}', { metadata: metadata('${name}'), spec: ${spec} as object }, inside);`;

/** What happened to which resource; those that are as they were left out. */
const done = ({ steps }: Run): string[] =>
  steps
    .filter(({ operation }) => operation !== 'same')
    .map(({ operation, name, failed }) => `${operation} ${name}${failed ? ' failed' : ''}`);
const ids = ({ resources }: StackState): string[] => resources.map(({ urn, id }) => `${urn} ${id}`).sort();
const messages = ({ diagnostics }: Run): string => diagnostics.map(({ message }) => message).join('\n');

describe('Pulumi in the test bed', () => {
  let cluster: Cluster;
  let pulumi: Pulumi;
  let project: Project;
  let stack: Stack;

  beforeAll(async () => {
    cluster = await startCluster({ failingImages: ['web:broken'] });
    pulumi = startPulumi({ kubeconfig: cluster.kubeconfig });
    project = pulumi.project('shop', { 'index.ts': program() });
    stack = await project.stack('dev');
  });

  afterAll(async () => {
    await pulumi?.stop();
    await cluster?.stop();
    expect(existsSync(pulumi.folder)).toBe(false);
  });

  const inShop = (...args: string[]): Promise<string> => cluster.kubectl(['-n', 'shop', ...args]);

  test('a preview shows what an update makes, and makes nothing', async () => {
    const preview = await stack.preview();
    expect(preview).toMatchObject({ code: 0, changes: { create: 8 } });
    await expect(cluster.kubectl(['get', 'namespace', 'shop'])).rejects.toThrow('not found');
  });

  test('an update makes every object, waits until it is ready, and a second one changes nothing', async () => {
    expect(await stack.up()).toMatchObject({ code: 0, changes: { create: 8 } });
    expect(await inShop('get', 'deployment', 'web', '-o', 'jsonpath={.status.availableReplicas}')).toBe('2');
    expect(await inShop('get', 'resourcequota', 'quota', '-o', 'jsonpath={.status.hard.pods}')).toBe('4');
    expect(await stack.outputs()).toEqual({ where: 'shop' });
    expect(await stack.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0, changes: { same: 8 } });
    expect(await stack.refresh({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0, changes: { same: 8 } });
  });

  test('a secret is in the state as ciphertext alone', () => {
    const { text } = stack.state();
    expect(text).toContain('"ciphertext"');
    expect(text).not.toContain('correct horse');
    expect(text).not.toContain(Buffer.from('correct horse').toString('base64'));
  });

  test('a field that no object of its kind has is refused in the preview', async () => {
    project.write('index.ts', program({ more: service('typo', '{ prots: [] }') }));
    const preview = await stack.preview();
    expect(preview.code).not.toBe(0);
    expect(messages(preview)).toContain('unknown field "spec.prots"');
  });

  const forced = { provider: '{ enablePatchForce: true }' };

  test('a field that someone changed is drift that a refresh finds, and is taken back only by force', async () => {
    project.write('index.ts', program());
    await inShop('patch', 'resourcequota', 'quota', '--type=merge', '-p', '{"spec":{"hard":{"pods":"9"}}}');
    expect(await stack.up()).toMatchObject({ code: 0, changes: { same: 8 } });
    const refreshed = await stack.refresh();
    expect(done(refreshed)).toEqual(['update quota']);
    expect(refreshed.steps.find(({ name }) => name === 'quota')?.differences).toEqual(['spec.hard.pods']);

    const refused = await stack.up();
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toMatch(/apply conflict: .* conflict with "kubectl-patch" using v1: \.spec\.hard\.pods/);

    project.write('index.ts', program(forced));
    expect(await stack.up()).toMatchObject({ code: 0 });
    expect(await inShop('get', 'resourcequota', 'quota', '-o', 'jsonpath={.spec.hard.pods}')).toBe('4');
  });

  const changed = { ...forced, labels: "{ app: 'web', tier: 'front' }", colour: 'green' };

  test('what cannot change in place is replaced, the old object first where both have one name', async () => {
    const before = await inShop('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.uid}');
    project.write('index.ts', program(changed));
    const run = await stack.up();
    expect(run).toMatchObject({ code: 0, changes: { replace: 2, update: 1 } });
    expect(done(run).filter((step) => /replace(ment|d) web/.test(step))).toEqual(['delete-replaced web', 'create-replacement web']);
    expect(await inShop('get', 'deployment', 'web', '-o', 'jsonpath={.metadata.uid}')).not.toBe(before);
    expect(await inShop('get', 'configmap', 'config', '-o', 'jsonpath={.data.colour}')).toBe('green');
  });

  test('an object that does not get ready stays in the state, and the next update goes on with it', async () => {
    project.write('index.ts', program({ ...changed, image: 'web:broken' }));
    const failed = await stack.up();
    expect(failed.code).not.toBe(0);
    expect(done(failed)).toEqual(['update web failed']);
    expect(messages(failed)).toMatch(/Deployment shop\/web was applied, but did not become ready: \d of 2 replicas/);
    expect(stack.state().resources.find(({ id, type }) => id === 'shop/web' && type.includes('Deployment'))?.initErrors).toHaveLength(1);

    project.write('index.ts', program(changed));
    expect(done(await stack.up())).toEqual(['update web']);
    expect(stack.state().resources.some(({ initErrors }) => initErrors !== undefined)).toBe(false);
  });

  test('an object that is there already is refused, imported, and then one of the stack', async () => {
    await inShop('create', 'configmap', 'found', '--from-literal=by=hand');
    const found = (options: string): string =>
      program({
        ...changed,
        more: `new k8s.core.v1.ConfigMap('found', { metadata: metadata('found'), data: { by: 'hand' } }, ${options});`,
      });
    project.write('index.ts', found('inside'));
    const refused = await stack.up();
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toContain('configmaps "found" already exists; the resource already exists in the cluster');
    project.write('index.ts', found(`{ ...inside, import: 'shop/found' }`));
    expect(done(await stack.up())).toEqual(['import found']);
    project.write('index.ts', found('inside'));
    expect(await stack.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0 });
    project.write('index.ts', program(changed));
    expect(done(await stack.up())).toEqual(['delete found']);
  });

  test('another cluster means new objects; the same one by its identifier leaves the state as it is while it cannot be reached', async () => {
    const nowhere = (await cluster.kubectl(['config', 'view', '--raw', '-o', 'json'])).replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1');
    project.write('index.ts', program({ ...changed, provider: '{ kubeconfig: process.env.ELSEWHERE }' }));
    expect((await stack.preview({ env: { ELSEWHERE: nowhere } })).changes).toMatchObject({ replace: 7 });

    const identified = (more = ''): string =>
      program({ ...changed, provider: `{ enablePatchForce: true, clusterIdentifier: 'shop'${more} }` });
    project.write('index.ts', identified());
    expect(await stack.up()).toMatchObject({ code: 0, changes: { update: 1, same: 7 } });
    const before = stack.state();
    project.write('index.ts', identified(', kubeconfig: process.env.ELSEWHERE').replace('green', 'blue'));
    const refused = await stack.up({ env: { ELSEWHERE: nowhere } });
    expect(refused.code).not.toBe(0);
    expect(messages(refused)).toMatch(/configured Kubernetes cluster is unreachable: .*ECONNREFUSED/);
    expect(ids(stack.state())).toEqual(ids(before));
    project.write('index.ts', identified());
    expect(await stack.up()).toMatchObject({ code: 0, changes: { update: 1, same: 7 } });
  });

  test('what a killed update had begun is taken into the state, and the next update ends it', async () => {
    const slow = service('slow', "{ selector: { app: 'nobody' }, ports: [{ port: 80 }] }");
    const identified = { ...changed, provider: "{ enablePatchForce: true, clusterIdentifier: 'shop' }" };
    project.write('index.ts', program({ ...identified, more: slow }));
    const killed = new AbortController();
    const run = stack.up({ killed: killed.signal });
    await cluster.until('the service', async () => (await inShop('get', 'service', 'slow', '--ignore-not-found')) || undefined, 20_000);
    killed.abort();
    expect((await run).code).toBe('SIGKILL');
    expect(stack.state().pending).toEqual([{ type: 'creating', urn: expect.stringContaining('Service::slow') }]);

    expect((await stack.up()).text).toContain('the stack is currently locked');
    await stack.cancel();
    const usable = slow.replace("'nobody'", "'web', tier: 'front'");
    project.write('index.ts', program({ ...identified, more: usable }));
    const ended = await stack.up({ env: { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: 'true' } });
    expect(messages(ended)).toContain('with 1 pending operations from previous deployment');
    expect(done(ended)).toEqual(['update cluster', 'create slow']);
    expect(await stack.refresh({ args: ['--clear-pending-creates'] })).toMatchObject({ code: 0 });
    expect(stack.state().pending).toEqual([]);
    expect(await inShop('get', 'service', 'slow', '-o', 'jsonpath={.spec.selector.app}')).toBe('web');
  });

  test('destroy leaves nothing, in the cluster and in the state', async () => {
    expect(await stack.destroy()).toMatchObject({ code: 0 });
    await expect(cluster.kubectl(['get', 'namespace', 'shop'])).rejects.toThrow('not found');
    expect(stack.state().resources).toEqual([]);
  });
});
