import { type BuiltPackage, builtPackage } from '../built-package';
import { type Bed, refusal, startBed } from './bed';
import { holdCreations } from './bed/held-creations';
import {
  announced,
  done,
  messages,
  type Project,
  type Pulumi,
  type Run,
  registeredBelow,
  type Stack,
  type StackState,
  startPulumi,
} from './bed/pulumi';

const PLATFORM = 'examples/01-openluffy/platform.ts';
const OBJECTS = 9;
/** Its objects, the component around them, the provider, and the stack. */
const RESOURCES = OBJECTS + 3;

const environments = ['dev', 'preprod', 'prod'] as const;
type Name = (typeof environments)[number];

const urns = ({ resources }: StackState): string[] => resources.map(({ urn }) => urn).sort();

describe('the stacks of the environments of OpenLuffy', () => {
  let built: BuiltPackage;
  let bed: Bed;
  let pulumi: Pulumi;
  let project: Project;
  let stacks: Record<Name, Stack>;

  beforeAll(async () => {
    built = builtPackage();
    bed = await startBed();
    for (const name of environments) {
      await bed.kubectl(['config', 'set-context', `openluffy-${name}`, '--cluster=bed', '--user=bed', '--namespace=argocd']);
    }
    pulumi = startPulumi({ kubeconfig: bed.kubeconfig, stagegate: built.folder });
    project = pulumi.project('stagegate', {
      'Pulumi.yaml': { from: 'Pulumi.yaml' },
      ...Object.fromEntries(environments.map((name) => [`Pulumi.${name}.yaml`, { from: `Pulumi.${name}.yaml` }])),
      stacks: { from: 'stacks' },
      [PLATFORM]: { from: PLATFORM },
    });
    const [dev, preprod, prod] = await Promise.all(environments.map((name) => project.stack(name)));
    stacks = { dev, preprod, prod } as Record<Name, Stack>;
  });

  afterAll(async () => {
    await pulumi?.stop();
    await bed?.stop();
    built?.remove();
  });

  const each = <T>(run: (stack: Stack) => Promise<T>): Promise<T[]> => Promise.all(environments.map((name) => run(stacks[name])));
  /** Changes the program for as long as a test runs. */
  async function withProgram<T>(path: string, change: (before: string) => string, run: () => Promise<T>): Promise<T> {
    let original = '';
    project.write(path, (before) => {
      original = before;
      const after = change(before);
      expect(after).not.toBe(before);
      return after;
    });
    try {
      return await run();
    } finally {
      project.write(path, original);
    }
  }
  const applied = ['resourcequotas', 'limitranges', 'networkpolicies', 'validatingadmissionpolicies', 'validatingadmissionpolicybindings'];
  /** Identities of an environment's objects in the cluster, sorted. */
  async function uids(name: Name): Promise<string[]> {
    const shared = ['namespaces', ...applied, 'appprojects', 'applications'].join();
    const found = await bed.kubectl([
      ...['get', shared, '--all-namespaces', '-l', `stagegate.dev/environment=${name}`],
      ...['-o', 'jsonpath={.items[*].metadata.uid}'],
    ]);
    return found.split(' ').filter(Boolean).sort();
  }
  const quota = (name: Name): Promise<string> =>
    bed.kubectl(['-n', `openluffy-${name}`, 'get', 'resourcequota', 'environment', '-o', 'jsonpath={.spec.hard.pods}']);

  test('a preview shows what each stack makes, which is what stagegate preview says, and makes nothing', async () => {
    for (const [index, preview] of (await each((stack) => stack.preview())).entries()) {
      expect(preview).toMatchObject({ code: 0, changes: { create: RESOURCES } });
      const name = environments[index] ?? '';
      expect(registeredBelow(preview, name)).toEqual(announced({ cli: built.cli, folder: project.folder, program: PLATFORM }, name));
    }
    expect(await uids('dev')).toEqual([]);
  });

  describe('a first update that fails', () => {
    let refused: Record<'configuration' | 'program' | 'cluster' | 'owner' | 'halfway', Run>;
    const nothing = ['pulumi:pulumi:Stack'];
    let registered: Record<'configuration' | 'program', string[]>;
    const types = (name: Name): string[] => stacks[name].state().resources.map(({ type }) => type);

    beforeAll(async () => {
      const { dev, preprod, prod } = stacks;
      await bed.kubectl(['create', 'namespace', 'openluffy-preprod']);
      await bed.kubectl(['label', 'namespace', 'openluffy-preprod', 'owner=somebody']);
      const message = 'Applications of production are frozen';
      await bed.apply(refusal({ group: 'argoproj.io', resource: 'applications', name: 'openluffy-prod', message }));
      // Without the option the engine begins nothing more after the refusal, and how far it is by then differs.
      const others = Promise.all([preprod.up(), prod.up({ args: ['--continue-on-error'] })]);

      const wrong = ['stagegate:contxt', 'stagegate:protect', 'kubernetes:kubeconfg'];
      dev.configure({ 'kubernetes:context': undefined, ...Object.fromEntries(wrong.map((key) => [key, 'perhaps'])) });
      const configuration = await dev.up();
      const afterConfiguration = types('dev');
      dev.configure({ 'kubernetes:context': 'openluffy-dev', ...Object.fromEntries(wrong.map((key) => [key, undefined])) });

      const twoSources = (text: string): string =>
        text.replace("'preprod', { tier: Tier.staging,", "'preprod', { tier: Tier.staging, source: repository.branch('develop'),");
      const [owner, halfway] = await others;
      const program = await withProgram(PLATFORM, twoSources, () => dev.up());
      registered = { configuration: afterConfiguration, program: types('dev') };

      const nowhere = await bed.kubectl(['config', 'view', '--raw']);
      await dev.secret('kubernetes:kubeconfig', nowhere.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
      const cluster = await dev.up();
      dev.configure({ 'kubernetes:kubeconfig': undefined });
      refused = { configuration, program, cluster, owner, halfway };
      for (const run of Object.values(refused)) expect(run.code).not.toBe(0);
    });

    test('because of its configuration names every wrong key at once, and registers nothing', () => {
      const said = messages(refused.configuration);
      expect(said).toContain('kubernetes:context');
      expect(said).toContain('contxt');
      expect(said).toMatch(/kubernetes:kubeconfg[\s\S]*rename it to kubernetes:kubeconfig,/);
      expect(said).toMatch(/protect[\s\S]*perhaps/);
      expect(registered.configuration).toEqual(nothing);
    });

    test('because check finds errors in the program registers nothing', () => {
      expect(messages(refused.program)).toMatch(/stagegate check refuses openluffy, nothing of it was registered[\s\S]*SG\d{3}/);
      expect(registered.program).toEqual(nothing);
    });

    test('because the kubeconfig leads nowhere says so, makes nothing, and keeps the kubeconfig secret', async () => {
      expect(messages(refused.cluster)).toMatch(/configured Kubernetes cluster is unreachable: .*(ECONNREFUSED|connection refused)/s);
      expect(types('dev').filter((type) => type.startsWith('kubernetes:'))).toEqual([]);
      const { text } = stacks.dev.state();
      expect(text).toContain('ciphertext');
      expect(text).not.toContain(bed.access.token);
    });

    test('because an object belongs to somebody else says so, and leaves that object and the state as they are', async () => {
      expect(messages(refused.owner)).toMatch(/namespaces "openluffy-preprod" already exists/);
      expect(types('preprod').filter((type) => type === 'kubernetes:core/v1:Namespace')).toEqual([]);
      const label = 'jsonpath={.metadata.labels.owner}/{.metadata.labels.stagegate\\.dev/environment}';
      expect(await bed.kubectl(['get', 'namespace', 'openluffy-preprod', '-o', label])).toBe('somebody/');
    });

    test('because the API server refuses one object keeps those that it took', async () => {
      expect(messages(refused.halfway)).toContain('Applications of production are frozen');
      expect(await uids('prod')).toHaveLength(OBJECTS - 1);
      expect(types('prod').filter((type) => type.startsWith('kubernetes:'))).toHaveLength(OBJECTS - 1);
    });
  });

  test('an update that is killed half-way is ended by the next one, once the lock is cleared', async () => {
    const { dev } = stacks;
    const held = await holdCreations(bed, 'argoproj.io', 'applications');
    const killed = new AbortController();
    const run = dev.up({ killed: killed.signal });
    await Promise.race([held.begun, run]);
    killed.abort();
    expect((await run).code).toBe('SIGKILL');
    await held.release();
    expect(dev.state().pending).not.toEqual([]);
    expect((await uids('dev')).length).toBeGreaterThan(2);
    expect((await dev.up()).text).toContain('the stack is currently locked');
    await dev.cancel();
    // What was being created at that moment may be there without the state knowing.
    expect(await dev.up({ env: { PULUMI_K8S_UPSERT_EXISTING_OBJECTS: 'true' } })).toMatchObject({ code: 0 });
    expect(await dev.refresh({ args: ['--clear-pending-creates'] })).toMatchObject({ code: 0 });
    expect(dev.state().pending).toEqual([]);
  });

  test('the next update goes on where the last one failed', async () => {
    await bed.kubectl(['delete', 'namespace', 'openluffy-preprod']);
    await bed.kubectl(['delete', 'validatingadmissionpolicybinding,validatingadmissionpolicy', 'frozen']);
    const [dev, preprod, prod] = await each((stack) => stack.up());
    expect([dev?.code, preprod?.code, prod?.code]).toEqual([0, 0, 0]);
    expect(prod && done(prod)).toEqual(['create prod/Application.argoproj.io/argocd/openluffy-prod']);
    for (const name of environments) expect(await uids(name)).toHaveLength(OBJECTS);
    const outputs = {
      application: 'openluffy-prod',
      environment: 'prod',
      namespace: 'openluffy-prod',
      url: 'https://openluffy.local',
      urls: { backend: 'https://openluffy.local/api', frontend: 'https://openluffy.local/' },
    };
    expect(await stacks.prod.outputs()).toEqual(outputs);
    const component = stacks.prod.state().resources.find(({ type }) => type === 'stagegate:index:EnvironmentResources');
    expect(component?.outputs).toEqual(outputs);
  });

  test('nothing changes in a second update, nor by what Argo CD writes into its objects', async () => {
    const same = { code: 0, changes: { same: RESOURCES } };
    for (const run of await each((stack) => stack.up({ args: ['--expect-no-changes'] }))) expect(run).toMatchObject(same);
    await bed.until(
      'Argo CD to have seen all Applications',
      async () => {
        const conditions = await bed.kubectl(['-n', 'argocd', 'get', 'applications', '-o', 'jsonpath={.items[*].status.sync.status}']);
        return conditions.split(' ').length === environments.length || undefined;
      },
      60_000,
    );
    for (const run of await each((stack) => stack.refresh({ args: ['--expect-no-changes'] }))) expect(run).toMatchObject(same);
  });

  test('a change of one service in one environment changes its objects alone', async () => {
    const before = await uids('prod');
    project.write(PLATFORM, (text) => text.replace('{ replicas: 3,', '{ replicas: 4,'));
    const [dev, preprod, prod] = await each((stack) => stack.up());
    expect([dev, preprod].map((run) => run?.changes)).toEqual([{ same: RESOURCES }, { same: RESOURCES }]);
    expect(prod && done(prod)).toEqual(['update prod/ResourceQuota/openluffy-prod/environment']);
    expect(await uids('prod')).toEqual(before);
  });

  test('drift made by hand is found by a refresh, and repaired by an update', async () => {
    const before = await Promise.all(environments.map(quota));
    for (const name of environments) {
      const namespace = `openluffy-${name}`;
      await bed.kubectl([
        '-n',
        namespace,
        'patch',
        'resourcequota',
        'environment',
        '--type=merge',
        '-p',
        '{"spec":{"hard":{"pods":"99"}}}',
      ]);
      await bed.kubectl(['-n', namespace, 'delete', 'networkpolicy', 'environment.default-deny']);
      await bed.kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=privileged', '--overwrite']);
    }
    for (const [index, refreshed] of (await each((stack) => stack.refresh())).entries()) {
      const name = environments[index];
      expect(done(refreshed).sort()).toEqual([
        `delete ${name}/NetworkPolicy/openluffy-${name}/environment.default-deny`,
        `update ${name}/Namespace/openluffy-${name}`,
        `update ${name}/ResourceQuota/openluffy-${name}/environment`,
      ]);
    }
    for (const repaired of await each((stack) => stack.up())) {
      expect(repaired).toMatchObject({ code: 0, changes: { create: 1, update: 2, same: RESOURCES - 3 } });
    }
    expect(await Promise.all(environments.map(quota))).toEqual(before);
    for (const name of environments) {
      expect(await uids(name)).toHaveLength(OBJECTS);
      const enforced = 'jsonpath={.metadata.labels.pod-security\\.kubernetes\\.io/enforce}';
      expect(await bed.kubectl(['get', 'namespace', `openluffy-${name}`, '-o', enforced])).toBe('restricted');
    }
  });

  test('a rename with an alias replaces nothing, and changes no object', async () => {
    const before = await Promise.all(environments.map(uids));
    for (const name of environments) {
      project.write(`stacks/${name}.ts`, (text) =>
        text
          .replace(`new EnvironmentResources('${name}'`, `new EnvironmentResources('the-${name}'`)
          .replace('inputs }, options)', `inputs }, { ...options, aliases: [{ name: '${name}' }] })`),
      );
    }
    for (const run of await each((stack) => stack.up())) expect(run).toMatchObject({ code: 0, changes: { same: RESOURCES } });
    for (const name of environments) {
      expect(urns(stacks[name].state()).filter((urn) => new RegExp(`::the-${name}\\b`).test(urn))).toHaveLength(OBJECTS + 1);
    }
    expect(await Promise.all(environments.map(uids))).toEqual(before);
  });

  test('production is not destroyed while it is protected, the others leave nothing', async () => {
    const [dev, preprod, prod] = await each((stack) => stack.destroy());
    expect([dev?.code, preprod?.code]).toEqual([0, 0]);
    expect([await uids('dev'), await uids('preprod')]).toEqual([[], []]);
    expect([stacks.dev.state().resources, stacks.preprod.state().resources]).toEqual([[], []]);
    const namespaces = await bed.kubectl(['get', 'namespaces', '-o', 'name']);
    expect(namespaces).not.toMatch(/openluffy-(dev|preprod)/);

    expect(prod?.code).not.toBe(0);
    expect(prod && messages(prod)).toContain('because it is protected');
    expect(await uids('prod')).toHaveLength(OBJECTS);
  });

  test('production is destroyed once that was said in its configuration, the Application first and the Namespace last', async () => {
    const { prod } = stacks;
    prod.configure({ 'stagegate:protect': false });
    expect(await prod.up()).toMatchObject({ code: 0 });
    const run = await prod.destroy();
    expect(run.code).toBe(0);
    const order = done(run).flatMap((step) => /delete the-prod\/(Application|AppProject|Namespace)\b/.exec(step)?.[1] ?? []);
    expect(order).toEqual(['Application', 'AppProject', 'Namespace']);
    expect(prod.state().resources).toEqual([]);
    expect(await uids('prod')).toEqual([]);
    expect(await bed.kubectl(['get', 'namespaces', '-o', 'name'])).not.toContain('openluffy');
  });
});
