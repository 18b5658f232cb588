import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { bind } from '../../lib/compile/bind';
import { argoCdHealth } from '../../lib/delivery';
import { OPENLUFFY, once } from '../requirements/openluffy-host';
import { type Edit, parsed, program, rendered, VALUES } from '../requirements/program';
import { requirement } from '../requirements/requirement';
import { type ApplicationState, type Bed, deployed, program as programOf, startBed } from './bed';
import { type ArgoCdServer, type Session, startArgoCdServer } from './bed/argo-cd-server';

const timeout = 300_000;
const EDITS: readonly Edit[] = [['sync: Sync.manual()', "sync: Sync.manual({ group: 'release-engineers' })"]];
const REPOSITORY = 'https://github.com/lebrick07/openluffy.git';
const ENVIRONMENTS = ['dev', 'preprod', 'prod'] as const;

const mia: Session = { name: 'mia', groups: ['engineers', 'release-engineers'] };
const others: readonly Session[] = [
  { name: 'dora', groups: [] },
  { name: 'zoe', groups: ['engineers'] },
  { name: 'pipeline', groups: [] },
];

type Files = Readonly<Record<string, string>>;

/** OpenLuffy's environments, bootstrapped on a cluster with Argo CD, less what is taken away just now. */
interface Enforced {
  readonly bed: Bed;
  readonly server: ArgoCdServer;
  /** Files of `env/<environment>` as they were rendered. */
  release(environment: string): Files;
  /** Makes these files the content of `env/<environment>`, and has Argo CD look. */
  push(environment: string, files: Files): Promise<string>;
  /** Waits until an environment runs a commit. */
  runs(environment: string, commit: string): Promise<void>;
}

const started: Pick<Enforced, 'bed' | 'server'>[] = [];
afterAll(async () => {
  for (const { bed, server } of started) {
    await server.stop();
    await bed.stop();
  }
});

const enforced = once(async (): Promise<Enforced> => {
  const files = rendered(OPENLUFFY, EDITS);
  const bed = await startBed();
  const server = await startArgoCdServer(
    bed,
    [mia, ...others].map(({ name }) => name),
  );
  started.push({ bed, server });
  const repository = join(bed.folder, 'delivery.git');
  execFileSync('git', ['init', '--quiet', '--bare', repository]);

  const release = (environment: string): Files =>
    Object.fromEntries(
      [...files].flatMap(([path, text]) =>
        path.startsWith(`${environment}/manifests/`) ? [[path.slice(environment.length + 1), text]] : [],
      ),
    );
  const commit = (environment: string, content: Files): string => {
    const work = mkdtempSync(join(bed.folder, 'work-'));
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=app', '-c', 'user.email=app@example.org', ...args], { cwd: work, encoding: 'utf8' }).trim();
    git('init', '--quiet', '--initial-branch', `env/${environment}`);
    git('remote', 'add', 'origin', repository);
    if (git('ls-remote', 'origin', `env/${environment}`) !== '') git('pull', '--quiet', 'origin', `env/${environment}`);
    rmSync(join(work, 'manifests'), { recursive: true, force: true });
    for (const [path, text] of Object.entries(content)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    git('add', '.');
    git('commit', '--quiet', '--allow-empty', '-m', 'Release');
    git('push', '--quiet', 'origin', `env/${environment}`);
    return git('rev-parse', 'HEAD');
  };
  for (const environment of ENVIRONMENTS) {
    commit(environment, release(environment));
    const bootstrap = parsed(files, `${environment}/bootstrap/`).map(({ value }) => value.value as object);
    await bed.apply(bootstrap, { replace: { [REPOSITORY]: `file://${repository}` } });
  }
  return {
    bed,
    server,
    release,
    async push(environment, content) {
      const head = commit(environment, content);
      await bed.refresh(`openluffy-${environment}`);
      return head;
    },
    async runs(environment, head) {
      await bed.waitFor(`openluffy-${environment}`, deployed(head), 60_000);
    },
  };
});

/** The same, each environment at the first commit of its branch: prod synced by mia. */
const running = once(async () => {
  const world = await enforced();
  const { bed, server } = world;
  const heads: Record<string, string> = {};
  for (const environment of ENVIRONMENTS) {
    const { revision = '' } = await bed.waitFor(`openluffy-${environment}`, (state) => state.revision !== undefined, 60_000);
    heads[environment] = revision;
  }
  await server.sync(mia, 'openluffy-prod');
  for (const [environment, head] of Object.entries(heads)) await world.runs(environment, head);
  return { ...world, heads };
});

const image = (bed: Bed, environment: string): Promise<string> => jsonPath(bed, environment, '{.spec.template.spec.containers[0].image}');
const jsonPath = (bed: Bed, environment: string, path: string): Promise<string> =>
  bed.kubectl(['-n', `openluffy-${environment}`, 'get', 'deployment', 'backend', '-o', `jsonpath=${path}`]);

/** A release with another image. */
const changed = (files: Files, pair: string): Files =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [path, text.replaceAll('bb'.repeat(32), pair.repeat(32))]));

requirement('LUFFY-45', { by: ['argocd/app-project'], timeout }, async () => {
  const { bed, server } = await enforced();
  const { revision = '' } = await bed.waitFor('openluffy-prod', ({ sync }) => sync === 'OutOfSync', 60_000);
  for (const session of others) {
    const answer = await server.sync(session, 'openluffy-prod');
    expect(answer).toEqual({ status: 403, message: expect.stringContaining('permission denied: applications, sync, openluffy-prod') });
  }
  expect((await bed.application('openluffy-prod')).operation).toBeUndefined();
  // The right is that to this Application, and to nothing else.
  expect((await server.sync(mia, 'openluffy-preprod')).status).toBe(403);
  expect(await server.sync(mia, 'openluffy-prod')).toEqual({ status: 200, message: '' });
  await bed.waitFor('openluffy-prod', ({ operation }) => operation?.phase === 'Succeeded' && operation.revision === revision, 60_000);
  const by = ['-n', 'argocd', 'get', 'application', 'openluffy-prod', '-o', 'jsonpath={.status.operationState.operation.initiatedBy}'];
  expect(JSON.parse(await bed.kubectl(by))).toEqual({ username: 'mia' });
});

requirement('LUFFY-29', { by: ['argocd/application'], timeout }, async () => {
  const { bed } = await running();
  for (const environment of ['dev', 'preprod']) {
    const wanted = await jsonPath(bed, environment, '{.spec.replicas}');
    const inNamespace = (...args: string[]) => bed.kubectl(['-n', `openluffy-${environment}`, ...args]);
    await inNamespace('set', 'image', 'deployment/backend', `backend=ghcr.io/lebrick07/by-hand@sha256:${'00'.repeat(32)}`);
    await inNamespace('scale', 'deployment', 'backend', '--replicas', '4');
    await inNamespace('delete', 'service', 'backend');
    const healed = async () => {
      const services = await inNamespace('get', 'services', '-o', 'name');
      const isBack = (await jsonPath(bed, environment, '{.spec.replicas}')) === wanted && services.includes('service/backend');
      return (isBack && (await image(bed, environment)) === VALUES['image/backend']) || undefined;
    };
    await bed.until(`${environment} to be as git says`, healed, 60_000);
  }
});

requirement('LUFFY-42', { by: ['argocd/application'], timeout }, async () => {
  const { bed, server, release, push, runs, heads } = await running();
  const next = await push('prod', changed(release('prod'), 'dd'));
  await bed.waitFor('openluffy-prod', ({ sync, revision }) => sync === 'OutOfSync' && revision === next, 60_000);
  await bed.kubectl(['-n', 'openluffy-prod', 'scale', 'deployment', 'backend', '--replicas', '2']);
  // Longer than two of Argo CD's rounds: nothing happens by itself.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect(await bed.application('openluffy-prod')).toMatchObject({ sync: 'OutOfSync', operation: { revision: heads.prod } });
  expect([await image(bed, 'prod'), await jsonPath(bed, 'prod', '{.spec.replicas}')]).toEqual([VALUES['image/backend'], '2']);

  expect((await server.sync(mia, 'openluffy-prod')).status).toBe(200);
  await runs('prod', next);
  expect(await image(bed, 'prod')).toContain('dd'.repeat(32));
});

requirement('LUFFY-46', { by: ['argocd/app-project'], timeout }, async () => {
  const { bed, server, release, push, runs, heads } = await running();
  const newest = await push('prod', changed(release('prod'), 'ee'));
  await bed.waitFor('openluffy-prod', ({ revision }) => revision === newest, 60_000);
  expect((await server.sync(mia, 'openluffy-prod')).status).toBe(200);
  await runs('prod', newest);

  // An older release that somebody syncs by name is seen: what runs is not what the branch says.
  const desired = bind(program(OPENLUFFY, EDITS).desired.delivery, VALUES);
  const target = argoCdHealth({ desired, kubectl: programOf('kubectl'), kubeconfig: bed.kubeconfig });
  expect((await server.sync(mia, 'openluffy-prod', heads.prod)).status).toBe(200);
  const drifted = ({ sync, operation }: ApplicationState): boolean =>
    sync === 'OutOfSync' && operation?.phase === 'Succeeded' && operation.revision === heads.prod;
  expect((await bed.waitFor('openluffy-prod', drifted, 60_000)).revision).toBe(newest);
  expect(await target.observe('prod')).toMatchObject({ revision: heads.prod, sync: 'out-of-sync', startedBy: 'mia' });
  expect((await server.sync(mia, 'openluffy-prod')).status).toBe(200);
  await runs('prod', newest);

  // The project takes nothing from another repository, whoever says so.
  const from = (name: string): Promise<string> => {
    const spec = JSON.stringify({ spec: { source: { repoURL: `file://${join(bed.folder, name)}` } } });
    return bed.kubectl(['-n', 'argocd', 'patch', 'application', 'openluffy-prod', '--type=merge', '-p', spec]);
  };
  await from('other.git');
  const { conditions } = await bed.waitFor('openluffy-prod', (state) => state.conditions.length > 0, 60_000);
  expect(conditions).toMatchObject([
    { type: 'InvalidSpecError', message: expect.stringMatching(/other\.git is not permitted in project 'openluffy-prod'/) },
  ]);
  await from('delivery.git');
  await bed.waitFor('openluffy-prod', (state) => state.conditions.length === 0, 60_000);

  // Nor what another environment runs.
  expect((await server.sync(mia, 'openluffy-prod', heads.preprod)).status).toBe(200);
  const said = await bed.until('the sync to be refused', () => refusals(bed, 'openluffy-prod', heads.preprod ?? ''), 60_000);
  expect(said).toContain("namespace openluffy-preprod is not permitted in project 'openluffy-prod'");
  expect(await image(bed, 'prod')).toContain('ee'.repeat(32));
});

requirement('LUFFY-14', { by: ['argocd/app-project'], timeout }, async () => {
  const { bed, release, push } = await running();
  const head = await push('dev', { ...release('dev'), ...STRAY });
  const said = await bed.until('the sync to be refused', () => refusals(bed, 'openluffy-dev', head), 60_000);
  expect(said.toSorted()).toEqual([
    "namespace openluffy-prod is not permitted in project 'openluffy-dev'",
    'resource :Secret is not permitted in project openluffy-dev',
    'resource rbac.authorization.k8s.io:ClusterRole is not permitted in project openluffy-dev',
  ]);
  for (const kind of [['configmap', '-n', 'openluffy-prod'], ['secret', '-n', 'openluffy-dev'], ['clusterrole']])
    await expect(bed.kubectl(['get', ...kind, 'stray'])).rejects.toThrow('not found');
});

/** What a release of dev has no business with: another environment, a kind of its own, the whole cluster. */
const STRAY: Files = {
  'manifests/map.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: stray, namespace: openluffy-prod }\n',
  'manifests/secret.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: { name: stray, namespace: openluffy-dev }\n',
  'manifests/role.yaml': 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: { name: stray }\nrules: []\n',
};

/** What Argo CD has refused of the sync of a revision, object by object; undefined while nothing was. */
async function refusals(bed: Bed, name: string, revision: string): Promise<readonly string[] | undefined> {
  const path = 'jsonpath={.status.operationState.syncResult}';
  const text = await bed.kubectl(['-n', 'argocd', 'get', 'application', name, '-o', path]);
  const result = JSON.parse(text || '{}') as {
    readonly revision?: string;
    readonly resources?: readonly { readonly status?: string; readonly message?: string }[];
  };
  const refused = (result.resources ?? []).filter(({ status }) => status === 'SyncFailed').map(({ message = '' }) => message);
  return result.revision === revision && refused.length > 0 ? refused : undefined;
}

describe('the API server, in the namespace of prod', () => {
  const IMAGE = VALUES['image/backend'];
  const pod = (image: string, change: object = {}, resources: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'asked', namespace: 'openluffy-prod' },
    spec: {
      serviceAccountName: 'backend',
      securityContext: { runAsNonRoot: true, runAsUser: 10001, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [
        {
          name: 'asked',
          image,
          resources,
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, ...change },
        },
      ],
    },
  });
  /** What the API server would make of a pod. */
  const asked = async (object: object): Promise<string> => {
    const { bed } = await running();
    return bed.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], JSON.stringify(object));
  };

  test('takes a pod that keeps to all of it, with the limits that it left out', async () => {
    const { spec } = JSON.parse(await asked(pod(IMAGE))) as { readonly spec: { readonly containers: readonly object[] } };
    expect(spec.containers[0]).toMatchObject({ image: IMAGE, resources: { limits: { memory: '256Mi' }, requests: { cpu: '50m' } } });
  });

  test.each([
    [
      'an image that is not named by its digest',
      pod('ghcr.io/lebrick07/openluffy/backend:latest'),
      'images of prod are named by their digest',
    ],
    ['an image of another registry', pod(IMAGE.replace('ghcr.io', 'registry.example')), 'images of prod come from ghcr.io/lebrick07 only'],
    ['a pod that may become root', pod(IMAGE, { allowPrivilegeEscalation: true }), 'violates PodSecurity "restricted:latest"'],
    ['more than the quota leaves', pod(IMAGE, {}, { limits: { cpu: '7', memory: '2Gi' } }), 'exceeded quota: environment'],
  ])('refuses %s', async (_what, object, message) => {
    await expect(asked(object)).rejects.toThrow(message);
  });

  test('refuses an image that is exchanged in a pod which runs', async () => {
    const { bed } = await running();
    const name = await bed.kubectl(['-n', 'openluffy-prod', 'get', 'pods', '-o', 'jsonpath={.items[0].metadata.name}']);
    const exchange = ['-n', 'openluffy-prod', 'set', 'image', `pod/${name}`, '*=ghcr.io/lebrick07/openluffy/backend:latest'];
    await expect(bed.kubectl(exchange)).rejects.toThrow('images of prod are named by their digest');
  });
});
