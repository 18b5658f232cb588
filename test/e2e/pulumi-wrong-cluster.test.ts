import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuiltPackage, builtPackage } from '../built-package';
import { type Cluster, program, startApiServer, startCluster } from './bed';
import { messages, type Pulumi, type Run, type Stack, startPulumi } from './bed/pulumi';

const PLATFORM = 'examples/01-openluffy/platform.ts';
const CONTEXT = 'openluffy-dev';
/** Nine objects, the component around them, the provider, and the stack. */
const RESOURCES = 12;

/** A kubeconfig with one context. */
const kubeconfig = (
  { access }: Pick<Cluster, 'access'>,
  { token = access.token, port = access.port, context = CONTEXT }: { token?: string; port?: number; context?: string } = {},
): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'cluster', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority': access.certificate } }],
    users: [{ name: 'user', user: { token } }],
    contexts: [{ name: context, context: { cluster: 'cluster', user: 'user', namespace: 'argocd' } }],
  });

describe('a stack that is applied, and a kubeconfig that is wrong', () => {
  let built: BuiltPackage;
  let cluster: Cluster;
  let other: Cluster;
  let pulumi: Pulumi;
  let dev: Stack;
  let wrong: Record<
    'leads nowhere' | 'lacks the context' | 'has refused credentials' | 'may not read' | 'leads to another cluster',
    string
  >;
  let reader: string;
  let change: (change: (before: string) => string) => void;

  beforeAll(async () => {
    built = builtPackage();
    [cluster, other] = await Promise.all([startCluster(), startApiServer()]);
    for (const one of [cluster, other]) {
      await one.kubectl(['create', 'namespace', 'argocd']);
      for (const path of KINDS) await one.until(`a list of ${path}`, async () => (await one.api.answers(path)) || undefined, 60_000);
    }
    await other.kubectl(['create', 'namespace', CONTEXT]);
    await cluster.kubectl(['-n', 'argocd', 'create', 'serviceaccount', 'nobody']);
    await cluster.kubectl(['-n', 'argocd', 'create', 'serviceaccount', 'reader']);
    await cluster.apply(READS_ALL);
    reader = kubeconfig(cluster, { token: await cluster.kubectl(['-n', 'argocd', 'create', 'token', 'reader']) });
    wrong = {
      'leads nowhere': kubeconfig(cluster, { port: 1 }),
      'lacks the context': kubeconfig(cluster, { context: 'somewhere-else' }),
      'has refused credentials': kubeconfig(cluster, { token: 'a-token-of-yesterday' }),
      'may not read': kubeconfig(cluster, { token: await cluster.kubectl(['-n', 'argocd', 'create', 'token', 'nobody']) }),
      'leads to another cluster': kubeconfig(other),
    };

    const path = [dirname(program('kubectl')), process.env.PATH].join(':');
    const file = join(cluster.folder, 'reached-by');
    writeFileSync(file, kubeconfig(cluster));
    pulumi = startPulumi({ kubeconfig: file, stagegate: built.folder, env: { PATH: path } });
    const project = pulumi.project('stagegate', {
      'Pulumi.yaml': { from: 'Pulumi.yaml' },
      'Pulumi.dev.yaml': { from: 'Pulumi.dev.yaml' },
      stacks: { from: 'stacks' },
      [PLATFORM]: { from: PLATFORM },
    });
    change = (edit) => project.write(PLATFORM, edit);
    dev = await project.stack('dev');
    expect(await dev.up()).toMatchObject({ code: 0, changes: { create: RESOURCES } });
  });

  afterAll(async () => {
    await pulumi?.stop();
    await Promise.all([cluster?.stop(), other?.stop()]);
    built?.remove();
  });

  /** The same file says something else for as long as something runs. */
  async function reachedBy<T>(text: string, run: () => Promise<T>): Promise<T> {
    const file = join(cluster.folder, 'reached-by');
    writeFileSync(file, text);
    try {
      return await run();
    } finally {
      writeFileSync(file, kubeconfig(cluster));
    }
  }

  /** Runs with a change that is to be applied. */
  async function withChange<T>(run: () => Promise<T>): Promise<T> {
    change((text) => text.replace('tier: Tier.development,', 'tier: Tier.development, limits: { pods: 41 },'));
    try {
      return await run();
    } finally {
      change((text) => text.replace(' limits: { pods: 41 },', ''));
    }
  }

  /** What the state has of every resource, in the order of their URNs, without what the engine writes anew in runs that change nothing. */
  const state = (): string[] =>
    dev
      .state()
      .resources.map((resource) => ({ ...resource, dependencies: resource.dependencies?.toSorted() }))
      .map((resource) => JSON.stringify(resource, (key, value) => (WRITTEN_ANEW.includes(key) ? undefined : value)))
      .sort();
  /** Identity and version of each object of both clusters that is of a kind of the stack. */
  const objects = async (): Promise<string[]> => {
    const lists = [cluster, other].flatMap(({ api }) => KINDS.map((path) => api.get(path) as Promise<Listed>));
    return (await Promise.all(lists)).flatMap(({ items }) => items.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`));
  };

  /** Runs what has to fail, and gives what it said; state and objects are the same afterwards. */
  async function refused(run: () => Promise<Run>): Promise<string> {
    const before = [state(), await objects()];
    const result = await run();
    expect(result.code).not.toBe(0);
    expect([state(), await objects()]).toEqual(before);
    expect(dev.state().pending).toEqual([]);
    return `${messages(result)}\n${result.text}`;
  }

  const unchanged = async (): Promise<void> =>
    expect(await dev.up({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0, changes: { same: RESOURCES } });

  describe('where the stack does not name its cluster', () => {
    test.each([
      ['leads nowhere', /ECONNREFUSED|connection refused/],
      ['lacks the context', /context "openluffy-dev"/],
      ['has refused credentials', /Unauthorized|provide credentials/],
    ] as const)('one that %s stops update and refresh, and says why', async (kind, why) => {
      await reachedBy(wrong[kind], async () => {
        expect(await refused(() => withChange(() => dev.up()))).toMatch(why);
        expect(await refused(() => dev.refresh())).toMatch(why);
      });
    });

    test('nothing is to be done afterwards', unchanged);

    test('one that may not read stops a refresh, and one that may only read the creation of an object', async () => {
      expect(await reachedBy(wrong['may not read'], () => refused(() => dev.refresh()))).toMatch(
        /forbidden: User "system:serviceaccount:argocd:nobody" cannot get/,
      );
      await cluster.kubectl(['-n', 'argocd', 'delete', 'application', CONTEXT, '--wait=false']);
      await cluster.kubectl(['-n', 'argocd', 'patch', 'application', CONTEXT, '--type=merge', '-p', '{"metadata":{"finalizers":null}}']);
      expect(await dev.refresh()).toMatchObject({ code: 0, changes: { delete: 1 } });
      expect(await reachedBy(reader, () => refused(() => dev.up()))).toMatch(/applications.* is forbidden: .* cannot create/);
      expect(await dev.up()).toMatchObject({ code: 0, changes: { create: 1 } });
    });

    test('one that may only read leaves an object whose update it tried to be tried again', async () => {
      const tried = await reachedBy(reader, () => withChange(() => dev.up()));
      expect(tried.code).not.toBe(0);
      expect(messages(tried)).toMatch(/resourcequotas.* is forbidden: .* cannot patch/);
      expect(await dev.up()).toMatchObject({ code: 0, changes: { update: 1 } });
      await unchanged();
    });
  });

  describe('where the stack names its cluster', () => {
    let uids: Record<'own' | 'other', string>;

    beforeAll(async () => {
      uids = { own: await uidOf(cluster), other: await uidOf(other) };
      dev.configure({ 'stagegate:cluster': uids.own });
      await unchanged();
    });

    test.each([
      ['leads nowhere', /refused/],
      ['may not read', /"kube-system" is forbidden/],
    ] as const)('one that %s stops an update before anything is registered', async (kind, why) => {
      const said = await reachedBy(wrong[kind], () => refused(() => dev.up()));
      expect(said).toMatch(/SG064[\s\S]*context openluffy-dev does not say which one it is/);
      expect(said).toMatch(why);
    });

    test.each([
      ['a preview', () => dev.preview()],
      ['an update', () => dev.up()],
      ['a refresh with the program', () => dev.refresh({ args: ['--run-program'] })],
      ['a destroy with the program', () => dev.destroy({ args: ['--run-program'] })],
    ])('one that leads to another cluster stops %s, with both identities', async (_, run) => {
      const said = await reachedBy(wrong['leads to another cluster'], () => refused(run));
      expect(said).toContain('context openluffy-dev leads to another cluster');
      expect(said).toContain(`given      kube-system with uid ${uids.other}`);
      expect(said).toContain(`expected   kube-system with uid ${uids.own}`);
    });

    test('a destroy without the program is refused by Pulumi, so that it deletes nothing in another cluster', async () => {
      expect(await reachedBy(wrong['leads to another cluster'], () => refused(() => dev.destroy()))).toMatch(/`--run-program`/);
    });

    test('nothing is to be done afterwards', unchanged);

    test('a refresh without the program forgets what another cluster does not have, and an update that takes over brings it back', async () => {
      const uidsOf = async (): Promise<string[]> => (await objects()).map((object) => object.replace(/ .*/, ''));
      const before = await uidsOf();
      expect(await reachedBy(wrong['leads to another cluster'], () => dev.refresh())).toMatchObject({ code: 0 });
      expect(dev.state().resources.length).toBeLessThan(RESOURCES);
      expect(await dev.up({ env: { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: 'true' } })).toMatchObject({ code: 0 });
      expect(await uidsOf()).toEqual(before);
      // The SDK has put the variable into the provider.
      expect(await dev.up()).toMatchObject({ code: 0, changes: { update: 1, same: RESOURCES - 1 } });
    });

    test('a kubeconfig that is configured as text is what a refresh goes by, and another one is not recorded', async () => {
      await dev.secret('kubernetes:kubeconfig', kubeconfig(cluster));
      expect(await dev.up()).toMatchObject({ code: 0 });
      await dev.secret('kubernetes:kubeconfig', wrong['leads to another cluster']);
      expect(await refused(() => dev.up())).toContain('leads to another cluster');
      expect(await dev.refresh({ args: ['--expect-no-changes'] })).toMatchObject({ code: 0, changes: { same: RESOURCES } });
    });
  });
});

/** When and where resources were registered, and the ciphertext of secrets that were decrypted in between. */
const WRITTEN_ANEW: readonly string[] = ['created', 'modified', 'sourcePosition', 'stackTrace', 'propertyDependencies', 'ciphertext'];

interface Listed {
  readonly items: readonly { readonly metadata: { readonly uid: string; readonly resourceVersion: string } }[];
}

/** Where the API server lists the kinds of the stack. */
const KINDS = [
  ...['/api/v1/namespaces', '/api/v1/resourcequotas', '/api/v1/limitranges', '/apis/networking.k8s.io/v1/networkpolicies'],
  ...['validatingadmissionpolicies', 'validatingadmissionpolicybindings'].map((kind) => `/apis/admissionregistration.k8s.io/v1/${kind}`),
  ...['/apis/argoproj.io/v1alpha1/appprojects', '/apis/argoproj.io/v1alpha1/applications'],
];

const uidOf = ({ kubectl }: Cluster): Promise<string> => kubectl(['get', 'namespace', 'kube-system', '-o', 'jsonpath={.metadata.uid}']);

/** A role that may read everything and write nothing. */
const READS_ALL = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'reads-all' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'reads-all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reads-all' },
    subjects: [{ kind: 'ServiceAccount', name: 'reader', namespace: 'argocd' }],
  },
];
