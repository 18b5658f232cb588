import { execFileSync, spawn } from 'node:child_process';
import { on, once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Bed, deployed, startBed, strictDryRun } from './bed';
import { program } from './bed/programs';
import { freePorts, openScratch } from './bed/scratch';

const good = `registry.example/web@sha256:${'a'.repeat(64)}`;
const better = `registry.example/web@sha256:${'c'.repeat(64)}`;
const failing = `sha256:${'b'.repeat(64)}`;

const web = { 'app.kubernetes.io/name': 'web' };

function deployment(image: string, replicas?: number): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      replicas,
      // Argo CD calls a Deployment Degraded when this has passed, and Progressing until then.
      progressDeadlineSeconds: 3,
      selector: { matchLabels: web },
      template: { metadata: { labels: web }, spec: { containers: [{ name: 'web', image }] } },
    },
  };
}

/** One object of every kind whose health Argo CD knows and that some controller has to make healthy. */
const everyKind = [
  deployment(good),
  {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'web' },
    spec: {
      minReplicas: 2,
      maxReplicas: 4,
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
    },
  },
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'web' },
    spec: { minAvailable: 1, selector: { matchLabels: web } },
  },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { selector: web, ports: [{ port: 80 }] } },
  { apiVersion: 'v1', kind: 'Service', metadata: { name: 'edge' }, spec: { type: 'LoadBalancer', selector: web, ports: [{ port: 80 }] } },
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'web' },
    spec: { defaultBackend: { service: { name: 'web', port: { number: 80 } } } },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'Gateway',
    metadata: { name: 'edge' },
    spec: { gatewayClassName: 'some', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] },
  },
  {
    apiVersion: 'gateway.networking.k8s.io/v1',
    kind: 'HTTPRoute',
    metadata: { name: 'web' },
    spec: { parentRefs: [{ name: 'edge' }], rules: [{ backendRefs: [{ name: 'web', port: 80 }] }] },
  },
  { apiVersion: 'cert-manager.io/v1', kind: 'Issuer', metadata: { name: 'internal' }, spec: { selfSigned: {} } },
  {
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: { name: 'web' },
    spec: { secretName: 'web-tls', dnsNames: ['web.local'], issuerRef: { name: 'internal' } },
  },
  {
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { name: 'store' },
    spec: { provider: { fake: { data: [{ key: 'web/database-url', value: 'on' }] } } },
  },
  {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'database' },
    spec: { secretStoreRef: { name: 'store', kind: 'SecretStore' }, data: [{ secretKey: 'URL', remoteRef: { key: 'web/database-url' } }] },
  },
  {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  },
  {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'migrate' },
    spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'migrate', image: good }] } } },
  },
];

function applicationOf(name: string, repository: string, automated: boolean): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: 'argocd',
      // Otherwise the fields that a custom resource definition fills in count as drift.
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
    },
    spec: {
      project: 'default',
      source: { repoURL: repository, targetRevision: `env/${name}`, path: 'manifests' },
      destination: { server: 'https://kubernetes.default.svc', namespace: name },
      syncPolicy: {
        ...(automated ? { automated: { prune: true, selfHeal: true } } : {}),
        syncOptions: ['CreateNamespace=true', 'ServerSideApply=true'],
      },
    },
  };
}

describe('The test bed', () => {
  let bed: Bed;
  let repository: string;

  beforeAll(async () => {
    bed = await startBed({ failingImages: [failing] });
    repository = join(bed.folder, 'delivery.git');
    execFileSync('git', ['init', '--quiet', '--bare', repository]);
  });

  afterAll(async () => {
    await bed?.stop();
  });

  /** Makes `objects` the content of `env/<name>` and returns the commit. */
  function push(name: string, objects: readonly object[]): string {
    const work = mkdtempSync(join(bed.folder, 'work-'));
    const git = (...args: string[]): string =>
      execFileSync('git', ['-c', 'user.name=bed', '-c', 'user.email=bed@example.org', ...args], { cwd: work, encoding: 'utf8' }).trim();
    git('init', '--quiet', '--initial-branch', `env/${name}`);
    git('remote', 'add', 'origin', repository);
    if (git('ls-remote', 'origin', `env/${name}`) !== '') git('pull', '--quiet', 'origin', `env/${name}`);
    rmSync(join(work, 'manifests'), { recursive: true, force: true });
    mkdirSync(join(work, 'manifests'));
    for (const [index, object] of objects.entries())
      writeFileSync(join(work, 'manifests', `${index}.yaml`), stringify(object, { version: '1.1' }));
    git('add', '.');
    git('commit', '--quiet', '--allow-empty', '-m', 'release');
    git('push', '--quiet', 'origin', `env/${name}`);
    return git('rev-parse', 'HEAD');
  }

  const image = (namespace: string): Promise<string> =>
    bed.kubectl(['-n', namespace, 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.template.spec.containers[0].image}']);

  test('brings an automatic Application to Synced and Healthy at exactly the commit that was pushed', async () => {
    const first = push('dev', [deployment(good, 1)]);
    await bed.apply([applicationOf('dev', 'https://git.example/delivery.git', true)], {
      replace: { 'https://git.example/delivery.git': `file://${repository}` },
    });
    await bed.waitFor('dev', deployed(first), 60_000);

    const second = push('dev', [deployment(better, 2)]);
    const started = Date.now();
    await bed.refresh('dev');
    const state = await bed.waitFor('dev', deployed(second), 60_000);
    console.log(`pushed commit healthy after ${((Date.now() - started) / 1000).toFixed(1)} s`);
    expect(state.operation).toMatchObject({ phase: 'Succeeded', revision: second });
    expect(state.history).toEqual([first, second]);
    expect(await image('dev')).toBe(better);
  });

  test('undoes a change that somebody makes by hand', async () => {
    await bed.kubectl(['-n', 'dev', 'scale', 'deployment', 'web', '--replicas', '5']);
    const started = Date.now();
    await bed.until(
      'the replicas to be those of git',
      async () => (await bed.kubectl(['-n', 'dev', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'])) === '2' || undefined,
      30_000,
    );
    console.log(`healed after ${((Date.now() - started) / 1000).toFixed(1)} s`);
  });

  test('reports Degraded when an image is one of those that fail, and Healthy again when git goes back', async () => {
    const bad = push('dev', [deployment(`registry.example/web:1.2.3@${failing}`, 2)]);
    const started = Date.now();
    await bed.refresh('dev');
    await bed.waitFor('dev', ({ health, revision }) => health === 'Degraded' && revision === bad, 60_000);
    console.log(`failing image Degraded after ${((Date.now() - started) / 1000).toFixed(1)} s`);

    const back = push('dev', [deployment(better, 2)]);
    await bed.refresh('dev');
    await bed.waitFor('dev', deployed(back), 60_000);
  });

  test('leaves a manual Application OutOfSync until somebody syncs it, and takes it back to an older commit', async () => {
    const first = push('prod', [deployment(good, 1)]);
    await bed.apply([applicationOf('prod', `file://${repository}`, false)]);
    await bed.waitFor('prod', ({ sync, health, revision }) => sync === 'OutOfSync' && health === 'Missing' && revision === first, 60_000);
    await bed.sync('prod', first);
    await bed.waitFor('prod', deployed(first), 60_000);

    const second = push('prod', [deployment(better, 1)]);
    await bed.refresh('prod');
    await bed.waitFor('prod', ({ sync, revision }) => sync === 'OutOfSync' && revision === second, 60_000);
    // Longer than two of Argo CD's rounds: nothing happens by itself.
    await new Promise((resolve) => setTimeout(resolve, 12_000));
    expect(await bed.application('prod')).toMatchObject({ sync: 'OutOfSync', health: 'Healthy', operation: { revision: first } });
    expect(await image('prod')).toBe(good);

    await bed.sync('prod', second);
    await bed.waitFor('prod', deployed(second), 60_000);
    expect(await image('prod')).toBe(better);

    await bed.sync('prod', first);
    await bed.waitFor(
      'prod',
      ({ sync, operation }) => sync === 'OutOfSync' && operation?.phase === 'Succeeded' && operation.revision === first,
      60_000,
    );
    expect(await image('prod')).toBe(good);
  });

  test('makes one object of every kind healthy whose controller it stands in for', async () => {
    const commit = push('kinds', everyKind);
    await bed.apply([applicationOf('kinds', `file://${repository}`, true)]);
    const state = await bed.waitFor('kinds', deployed(commit), 60_000);
    expect(state.resources).toHaveLength(everyKind.length);
    expect(await bed.kubectl(['-n', 'kinds', 'get', 'deployment', 'web', '-o', 'jsonpath={.spec.replicas}'])).toBe('2');
    const secrets = JSON.parse(await bed.kubectl(['-n', 'kinds', 'get', 'secrets', '-o', 'json'])) as {
      items: { metadata: { name: string }; type: string; data: object }[];
    };
    expect(secrets.items.map(({ metadata, type, data }) => [metadata.name, type, Object.keys(data).sort()])).toEqual([
      ['database', 'Opaque', ['URL']],
      ['web-tls', 'kubernetes.io/tls', ['tls.crt', 'tls.key']],
    ]);
  });

  test('asks the API server about every file of a folder and reports an unknown field, a wrong type and a doubled key', async () => {
    const folder = join(bed.folder, 'manifests');
    mkdirSync(folder);
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
    const map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x, namespace: dry-run }\n';
    write('good.yaml', `${map}data: { a: b }\n`);
    write('unknown.yaml', `${map}date: { a: b }\n`);
    write('wrong.yaml', `${map}data: { a: 1 }\n`);
    write('doubled.yaml', `${map}data: { a: b }\ndata: { a: b }\n`);
    write('custom.yaml', stringify({ ...applicationOf('x', 'file:///x', true), spec: { project: 'default', destinations: {} } }));
    const results = await strictDryRun(bed, folder);
    expect(results.map(({ file, accepted }) => [file.slice(folder.length + 1), accepted])).toEqual([
      ['custom.yaml', false],
      ['doubled.yaml', false],
      ['good.yaml', true],
      ['unknown.yaml', false],
      ['wrong.yaml', false],
    ]);
    const message = (name: string): string => results.find(({ file }) => file.endsWith(name))?.message ?? '';
    expect(message('custom.yaml')).toContain('field not declared in schema');
    expect(message('doubled.yaml')).toContain('Map keys must be unique');
    expect(message('unknown.yaml')).toContain('.date: field not declared in schema');
    expect(message('wrong.yaml')).toContain('expected string');
  });
});

describe('Programs that the bed runs', () => {
  test('are gone with their children and their folder when the test process is killed', async () => {
    const script = `
      const jiti = require('jiti').createJiti(${JSON.stringify(__filename)});
      const { openScratch } = jiti('./bed/scratch');
      const scratch = openScratch();
      scratch.start({ name: 'shell', command: '/bin/sh', args: ['-c', 'sleep 600 & echo $! $$; wait'] });
      scratch.until('the shell', () => /\\n?\\d+ \\d+/.test(scratch.log('shell')) || undefined, 5000)
        .then(() => console.log(JSON.stringify({ folder: scratch.folder, pids: scratch.log('shell').trim().split(' ').map(Number) })));
      setInterval(() => {}, 1000);
    `;
    for (const signal of ['SIGKILL', 'SIGINT', 'SIGTERM'] as const) {
      const child = spawn(process.execPath, ['-e', script], { cwd: join(__dirname, '../..'), stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      const { folder, pids } = JSON.parse(line.toString()) as { folder: string; pids: number[] };
      expect(pids).toHaveLength(2);
      expect(pids.every(alive)).toBe(true);
      child.kill(signal);
      const deadline = Date.now() + 10_000;
      while ((pids.some(alive) || existsSync(folder)) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
      expect({ signal, left: pids.filter(alive), folder: existsSync(folder) }).toEqual({ signal, left: [], folder: false });
    }
  });

  test('are named with their last words when one ends while something is waited for', async () => {
    const scratch = openScratch();
    try {
      scratch.start({ name: 'broken', command: '/bin/sh', args: ['-c', 'echo cannot open the port; exit 7'] });
      await expect(scratch.until('a wonder', () => undefined, 20_000)).rejects.toThrow(
        'waited for a wonder, but broken ended with exit code 7; its last lines:\ncannot open the port',
      );
    } finally {
      await scratch.stop();
    }
    expect(existsSync(scratch.folder)).toBe(false);
  });

  test('do not see the environment of the person who runs the tests', async () => {
    process.env.BED_TEST_TOKEN = 'private';
    const scratch = openScratch();
    try {
      scratch.start({ name: 'env', command: '/usr/bin/env', args: [] });
      const text = await scratch
        .until('the environment', () => (/LANG=/.test(scratch.log('env')) ? scratch.log('env', 100) : undefined), 5_000)
        .catch(() => scratch.log('env', 100));
      expect(text).toContain(`HOME=${scratch.folder}/home`);
      expect(text).not.toContain('private');
    } finally {
      delete process.env.BED_TEST_TOKEN;
      await scratch.stop();
    }
  });

  test('include a Redis in which keys expire and messages are passed on', async () => {
    const scratch = openScratch();
    try {
      const [port = 0] = await freePorts(1);
      scratch.start({ name: 'miniredis', command: program('miniredis'), args: ['-port', String(port)] });
      await scratch.until('miniredis', () => scratch.log('miniredis').includes(String(port)) || undefined, 10_000);
      const listener = await redis(port);
      await listener.ask('SUBSCRIBE news');
      const client = await redis(port);
      expect(await client.ask('SET key value PX 3000')).toBe('+OK');
      expect(await client.ask('GET key')).toBe('$5 value');
      expect(await client.ask('PUBLISH news hello')).toBe(':1');
      expect(await listener.next()).toContain('hello');
      await scratch.until('the key to expire', async () => (await client.ask('GET key')) === '$-1' || undefined, 10_000);
      expect(await client.ask('GET key')).toBe('$-1');
      client.close();
      listener.close();
    } finally {
      await scratch.stop();
    }
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Sends a line as a Redis command; answers and messages, in the order in which they came, have their lines joined by blanks. */
async function redis(port: number): Promise<{ ask(line: string): Promise<string>; next(): Promise<string>; close(): void }> {
  const socket = createConnection({ port, host: '127.0.0.1' });
  await once(socket, 'connect');
  const came = on(socket, 'data');
  const next = async (): Promise<string> =>
    String((await came.next()).value)
      .trim()
      .replaceAll('\r\n', ' ');
  return {
    next,
    ask(line) {
      const words = line.split(' ');
      socket.write(`*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`);
      return next();
    },
    close: () => socket.destroy(),
  };
}
