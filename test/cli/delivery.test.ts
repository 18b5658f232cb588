import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Called, type CallOptions, call as callHere, folderWith, removeFolders, smallProgram } from './calling';

jest.setTimeout(120_000);
afterAll(removeFolders);

const program = smallProgram(`
const suite = new Suite(platform, 'smoke', { run: 'test -n "$STAGEGATE_RELEASE" && test ! -e fail' });
const prod = new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster), sync: Sync.manual() });
new PromotionPolicy(platform, 'dev-to-prod', { from: dev, to: prod, gates: [Gate.healthy(), Gate.verified(suite), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })] });
`);

const work = folderWith({ 'platform.ts': program, 'package-lock.json': '{}\n' });
const host = join(folderWith(), 'host');
const gitIn = (folder: string, ...argv: readonly string[]): string =>
  execFileSync('git', argv, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      STAGEGATE_AS: 'mia',
      GIT_AUTHOR_NAME: 'zoe',
      GIT_AUTHOR_EMAIL: 'zoe@example.com',
      GIT_COMMITTER_NAME: 'zoe',
      GIT_COMMITTER_EMAIL: 'zoe@example.com',
    },
  });
const call = (argv: readonly string[], options: CallOptions = {}): Promise<Called> =>
  callHere([...argv, '--host', host], { folder: work, ...options });
const image = (digit: string): string => `web=ghcr.io/acme/shop/web@sha256:${digit.repeat(64)}`;
const json = async (argv: readonly string[], options?: CallOptions): Promise<Record<string, never>> =>
  JSON.parse((await call([...argv, '--json'], options)).out);

/** Runs passes until one finds an environment in one of these states, so that it is recorded. */
async function delivered(environment: string, ...states: readonly string[]): Promise<void> {
  let isThere = false;
  for (let pass = 0; pass < 60; pass += 1) {
    const { code, err } = await call(['deliver', '--suites']);
    if (code !== 0) throw new Error(err);
    if (isThere) return;
    const { environments } = (await json(['status', environment])) as unknown as { environments: { state: string }[] };
    isThere = states.includes(environments[0]?.state ?? '');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${environment} did not come to ${states.join(' or ')}`);
}

describe('before there is a host', () => {
  test('a command without a host says how to name one', async () => {
    expect(await callHere(['status'], { folder: work })).toMatchObject({ code: 2, err: expect.stringContaining('no host is named') });
  });

  test('a folder that holds no host is said, with the command that makes one', async () => {
    expect(await call(['status'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('holds no local host\n  remedy  make one there: stagegate bootstrap'),
    });
  });

  test('bootstrap without people says whom it needs to know, and makes nothing', async () => {
    expect(await call(['bootstrap'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('give --as LOGIN to begin alone, or --people FILE'),
    });
    expect(existsSync(host)).toBe(false);
  });

  test('bootstrap in a folder that is no git repository makes the host and tells the person what is left, with exit code 1', async () => {
    const { code, out } = await call(['bootstrap', '--as', 'mia']);
    expect(code).toBe(1);
    expect(out).toMatch(/^done +local host +.+ made; .+people\.yaml names you/m);
    expect(out).toMatch(/^you +program +make .+ a git repository and commit the program/m);
    expect(await call(['status'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('the branch main of the host holds no program yet'),
    });
  });
});

describe('from bootstrap to rollback', () => {
  let first = '';
  let second = '';

  beforeAll(() => {
    gitIn(work, 'init', '-q', '-b', 'main');
    gitIn(work, 'add', '.');
    gitIn(work, 'commit', '-qm', 'Declare the platform');
  });

  test('bootstrap pushes the program, makes the branches and applies the rulesets, and says the same again as already done', async () => {
    const { code, out } = await call(['bootstrap', '--as', 'mia']);
    expect(code).toBe(0);
    for (const subject of ['program', 'env/dev', 'env/prod', 'stagegate/state', 'rulesets'])
      expect(out).toMatch(new RegExp(`^done +${subject} `, 'm'));
    expect(out).toMatch(/^you +target +write .+target\.yaml/m);
    const again = await json(['bootstrap', '--as', 'mia']);
    expect((again as unknown as { steps: { outcome: string }[] }).steps.filter(({ outcome }) => outcome === 'done')).toEqual([]);
    writeFileSync(join(host, 'target.yaml'), 'kind: simulated\nsyncSeconds: 0\nrolloutSeconds: 0\n');
    const people = join(host, 'people.yaml');
    writeFileSync(people, readFileSync(people, 'utf8').replace('people:\n', 'people:\n  zoe:\n    role: write\n'));
    gitIn(work, 'push', '-q', join(host, 'repository.git'), 'HEAD:refs/heads/develop');
  });

  test('the rulesets hold: a person who pushes to an environment is refused by git itself', () => {
    expect(() => gitIn(work, 'push', '-q', '--force', join(host, 'repository.git'), 'HEAD:refs/heads/env/prod')).toThrow(
      /refs\/heads\/env\/prod: update is restricted \(ruleset "stagegate: delivery"/,
    );
  });

  test('release create refuses a tag in place of a digest, an unknown service and an option without its other half', async () => {
    expect(await call(['release', 'create', '--image', 'web=ghcr.io/acme/shop/web:latest'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('names no digest'),
    });
    expect(await call(['release', 'create', '--image', image('a').replace('web=', 'api=')])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no service or image slot api'),
    });
    expect(await call(['release', 'create', '--image', 'web'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('names no service and image'),
    });
    expect(await call(['release', 'create', '--image', image('a'), '--render-only'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--render-only and --out go together'),
    });
    expect(await call(['release', 'create', '--image', image('a'), '--environment', 'prod'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('releases are not born in prod'),
    });
  });

  test('release create renders every environment from the program branch and stores the release; the same again makes none', async () => {
    const made = (await json(['release', 'create', '--image', image('a')])) as unknown as {
      kind: string;
      release: { id: string; config: string; images: { web: Record<string, { source: object }> } };
    };
    first = made.release.id;
    expect(made.kind).toBe('created');
    expect(made.release.config).toBe(gitIn(work, 'rev-parse', 'HEAD').trim());
    expect(made.release.images.web['image/web']?.source).toEqual({
      repository: 'acme/shop',
      ref: 'refs/heads/develop',
      commit: gitIn(work, 'rev-parse', 'HEAD').trim(),
    });
    expect(await json(['release', 'create', '--image', image('a')])).toMatchObject({ kind: 'unchanged', release: { id: first } });
    expect((await call(['release', 'list'])).out).toContain(first);
    expect((await call(['release', 'show', first.slice(0, 6)])).out).toMatch(new RegExp(`^release +${first}$`, 'm'));
  });

  test('a program that differs in the work tree changes nothing: policy is that of the program branch', async () => {
    writeFileSync(join(work, 'platform.ts'), program.replace("Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", ''));
    try {
      await delivered('dev', 'healthy', 'soaked');
      const { code, out } = await call(['promote', 'prod', '--as', 'zoe']);
      expect(code).toBe(1);
      expect(out).toMatch(/ {2}waits +approvals +approval needed: 1 more of team engineers/);
    } finally {
      writeFileSync(join(work, 'platform.ts'), program);
    }
  });

  test('gates says which gate does not hold, with exit code 1', async () => {
    const { code, out } = await call(['gates', 'prod']);
    expect(code).toBe(1);
    expect(out).toMatch(/ {2}holds +verified-smoke +suite smoke passed against dev/);
  });

  test('an approval needs a person, and somebody whom the host knows', async () => {
    expect(await call(['approve', 'prod'])).toMatchObject({ code: 2, err: expect.stringContaining('it is not said who you are') });
    expect(await call(['approve', 'prod', '--as', 'stagegate'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('stagegate is an app'),
    });
    expect(await call(['approve', 'prod', '--as', 'bob'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nobody is called "bob"'),
    });
  });

  test('approved by a member of the team it is promoted, and waits for a sync', async () => {
    expect((await call(['approve', 'prod', '--as', 'mia'])).out).toMatch(/^mia approves #\d+, /);
    expect(await call(['promote', 'prod', '--as', 'zoe'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^prod: merged #\d+, release .+ merged to env\/prod$/),
    });
    const { environments } = (await json(['status'])) as unknown as { environments: { name: string; state: string; release: string }[] };
    expect(environments.map(({ name, state, release }) => [name, state, release])).toEqual([
      ['dev', 'healthy', first],
      ['prod', 'awaiting-sync', first],
    ]);
  });

  test('sync shows what would change, and starts nothing when the name that is typed is another', async () => {
    const dry = await call(['sync', 'prod', '--as', 'mia', '--dry-run']);
    expect(dry).toMatchObject({ code: 0, out: expect.stringMatching(/^prod: nothing → [0-9a-f]{7}, release [0-9a-f]{16}\n {2}\+ web\//) });
    const asked = await call(['sync', 'prod', '--as', 'mia'], { answers: ['production'] });
    expect(asked).toMatchObject({ code: 1, err: expect.stringMatching(/Type prod to confirm: \n.*nothing was started/) });
    expect(await call(['sync', 'prod', '--as', 'mia'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('nobody can be asked here'),
    });
    expect(await call(['sync', 'prod', '--as', 'mia', '--yes'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('a sync without being asked needs a reason'),
    });
    expect(await call(['sync', 'prod', '--as', 'mia', '--confirm', 'dev'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--confirm says dev'),
    });
    expect(((await json(['status', 'prod'])) as unknown as { environments: { state: string }[] }).environments[0]?.state).toBe(
      'awaiting-sync',
    );
  });

  test('sync with the right name starts, and monitor follows it to healthy', async () => {
    expect(await call(['sync', 'prod', '--as', 'mia'], { answers: ['prod'] })).toMatchObject({
      code: 0,
      out: expect.stringContaining('started by mia'),
    });
    expect(await call(['monitor', 'prod', '--every', '1', '--timeout', '20'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('prod: healthy'),
    });
    await delivered('prod', 'healthy');
    expect((await call(['status', 'prod'])).out).toContain('synced by mia');
  });

  test('what is rendered without storing is stored by another command, once', async () => {
    const folder = join(folderWith(), 'handed-over');
    const rendered = await call(['release', 'create', '--image', image('b'), '--render-only', '--out', folder]);
    expect(rendered).toMatchObject({ code: 0, out: expect.stringContaining('2 environments rendered') });
    expect(existsSync(join(folder, 'prod', 'manifests', 'web'))).toBe(true);
    const stored = (await json(['release', 'store', folder])) as unknown as { kind: string; release: { id: string } };
    second = stored.release.id;
    expect(stored.kind).toBe('created');
    expect(await json(['release', 'store', folder])).toMatchObject({ kind: 'unchanged' });
    expect(await call(['release', 'create', '--image', image('c'), '--render-only', '--out', folder])).toMatchObject({
      code: 2,
      err: expect.stringContaining('is not empty'),
    });
  });

  test('a model in place of the program runs nothing of it', async () => {
    const folder = folderWith({ 'model.json': (await callHere(['model'], { folder: work })).out });
    expect(await call(['status', 'dev', '--program', join(folder, 'model.json')])).toMatchObject({ code: 0 });
  });

  test('a hold keeps a release out until it is released, and both want a reason and a person', async () => {
    await delivered('dev', 'healthy');
    expect(await call(['hold', 'prod', '--reason', 'quarter'])).toMatchObject({ code: 2 });
    expect(await call(['hold', 'prod', '--reason', 'quarter', '--as', 'mia'])).toMatchObject({
      code: 0,
      out: 'prod: all releases are held',
    });
    expect((await call(['status', 'prod'])).out).toMatch(/held by mia since .+: quarter/);
    expect((await call(['promote', 'prod', '--as', 'zoe'])).code).toBe(1);
    expect(await call(['release-hold', 'prod', '--reason', 'over', '--as', 'mia'])).toMatchObject({
      code: 0,
      out: 'prod: all releases are no longer held',
    });
    expect(await call(['release-hold', 'prod', '--reason', 'over', '--as', 'mia'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('is not held'),
    });
  });

  test('a quarantine keeps a release out until it is lifted', async () => {
    expect(await call(['quarantine', 'dev', '--release', second, '--reason', 'loses orders', '--as', 'mia'])).toMatchObject({ code: 0 });
    expect((await call(['status', 'dev'])).out).toContain('loses orders');
    expect(await call(['lift', 'dev', '--release', second, '--reason', 'it was not', '--as', 'mia'])).toMatchObject({ code: 0 });
    expect(await call(['lift', 'dev', '--release', second, '--reason', 'it was not', '--as', 'mia'])).toMatchObject({ code: 1 });
  });

  test('a rollback of a development environment wants a reason and a person, and says what it did', async () => {
    expect(await call(['rollback', 'dev', '--as', 'mia'])).toMatchObject({ code: 2, err: expect.stringContaining('needs a reason') });
    expect((await call(['rollback', 'dev', '--list'])).out).toContain(first);
    const { code, out } = await call(['rollback', 'dev', '--reason', 'slow', '--as', 'mia', '--quarantine']);
    expect(code).toBe(0);
    expect(out).toContain(`dev: back from release ${second} to release ${first}`);
    await delivered('dev', 'healthy');
    expect((await call(['history', 'dev'])).out).toMatch(new RegExp(`${first}.+manual-rollback +mia +slow`));
  });

  test('a rollback of production asks for its name', async () => {
    expect(await call(['rollback', 'prod', '--reason', 'x', '--as', 'mia'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('give --confirm prod'),
    });
    expect(await call(['rollback', 'prod', '--reason', 'x', '--as', 'mia', '--confirm', 'prod'])).toMatchObject({
      code: 1,
      err: expect.stringContaining('no release that was healthy in prod'),
    });
  });

  test('verify records what failed, shows its output and exits with 1', async () => {
    writeFileSync(join(work, 'fail'), '');
    expect(await call(['verify', 'dev', '--as', 'zoe'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('suite smoke against dev'),
    });
    expect(await call(['verify', 'prod', '--as', 'zoe'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('no gate asks for a suite against prod'),
    });
  });

  test('status --why explains an environment, and wants one', async () => {
    expect(await call(['status', '--why'])).toMatchObject({ code: 2 });
    const { out } = await call(['status', 'prod', '--why']);
    expect(out).toContain('what ran there');
    expect(await call(['status', 'nowhere'])).toMatchObject({ code: 2, err: expect.stringContaining('there is no environment nowhere') });
  });

  test('status --watch shows it again after a time', async () => {
    let waits = 0;
    const wait = async (milliseconds: number): Promise<void> => {
      expect(milliseconds).toBe(7000);
      waits += 1;
      if (waits === 2) throw Object.assign(new Error('enough'), { code: 'EIO' });
    };
    const { code, out } = await call(['status', 'dev', '--watch', '--every', '7'], { wait });
    expect(code).toBe(3);
    expect(out.match(/^environment /gm)).toHaveLength(2);
  });

  test.each([
    'status',
    'status dev --why',
    'history dev',
    'release list',
    'gates prod',
    'rollback dev --list',
    'sync prod --as mia --dry-run',
    'monitor dev --timeout 2 --every 1',
    'deliver',
    'bootstrap',
  ])('%s --json prints one document with a version and nothing else', async (command) => {
    const { out } = await call([...command.split(' '), '--json']);
    expect(JSON.parse(out)).toMatchObject({ version: 1 });
  });

  test('sync --json asks nobody', async () => {
    expect(await call(['sync', 'prod', '--as', 'mia', '--json'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--json asks nobody'),
    });
  });

  test('packages of another lock file are said', async () => {
    const other = folderWith({ 'package-lock.json': '{ "other": 1 }\n', 'node_modules/x/index.js': '' });
    expect((await call(['release', 'list'], { folder: other })).err).toContain(
      'the packages installed here are not those of package-lock.json at the head of main',
    );
    writeFileSync(join(other, 'package-lock.json'), '{}\n');
    expect((await call(['release', 'list'], { folder: other })).err).not.toContain('packages');
  });

  test('bootstrap names the teams and apps that the host lacks', async () => {
    const people = join(host, 'people.yaml');
    const before = readFileSync(people, 'utf8');
    writeFileSync(people, before.replace(/ {2}github-actions:\n {4}id: \d+\n/, ''));
    const { code, err } = await call(['bootstrap']);
    writeFileSync(people, before);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('people.yaml names no app/') });
  });

  test('no command leaves a checkout behind', () => {
    const left = readdirSync(tmpdir()).filter((name) => name.startsWith('stagegate-program-'));
    const programs = left.map((name) => join(tmpdir(), name, 'program', 'platform.ts')).filter((path) => existsSync(path));
    expect(programs.filter((path) => readFileSync(path, 'utf8') === program)).toEqual([]);
  });
});

test.each([
  ['kind: fly\n', /kind is "fly"\n {2}remedy {2}write kind: argo-cd or kind: simulated/],
  [
    'kind: simulated\nport: 1\n',
    /port is no field of a target of kind simulated\n {2}remedy {2}choose among file, syncSeconds, rolloutSeconds/,
  ],
  ['kind: argo-cd\nkubeconfig: 5\n', /kubeconfig is 5\n {2}remedy {2}give a text/],
  ['kind: simulated\nsyncSeconds: -1\n', /syncSeconds is -1\n {2}remedy {2}give a number of seconds/],
  ['- a\n', /kind is not given/],
])('a target.yaml of %j is refused with what it may hold', async (text, expected) => {
  writeFileSync(join(host, 'target.yaml'), text);
  const { code, err } = await call(['status', 'dev']);
  expect(code).toBe(2);
  expect(err).toMatch(expected);
});
