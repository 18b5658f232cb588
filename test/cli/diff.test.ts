import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { packageVersion } from '../../lib/cli/version';
import { call, folderWith } from './calling';
import { cloneWith, commitAll, git, write } from './clones';
import { diff, difference, images, program, shadow, told, values, withMore } from './diffs';

describe('Against another commit', () => {
  test('a program that did not change is said to change nothing, and exits with 0', async () => {
    const folder = cloneWith({ 'platform.ts': program });
    const { code, out, err } = await diff(folder, '--exit-code');
    const commit = git(folder, 'rev-parse', '--short=7', 'HEAD');
    expect({ code, out }).toEqual({ code: 0, out: `main ${commit} → main ${commit}: nothing changes` });
    expect(err).toBe(`base  where HEAD has left main, ${commit}`);
    expect(await difference(folder)).toMatchObject({ environments: [], repositories: [], policy: [], notCompared: [] });
  });

  test('what is not committed is compared, with a table first and then each object', async () => {
    const folder = cloneWith({ 'platform.ts': program });
    write(folder, 'platform.ts', withMore("replicas: 1, env: { LEVEL: 'info' }"));
    const { code, out } = await diff(folder);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^main [0-9a-f]{7} → working tree\n\nenvironment {2}objects {2}what it means\ndev +~1 \+1|^main [0-9a-f]{7} → working tree\n/,
    );
    expect(out).toMatch(/\nprod +.*! web: replicas 2 → 1: the disruption budget no longer holds\n/);
    expect(out).toContain('\n  ~ Deployment web\n      ! replicas 2 → 1: the disruption budget no longer holds\n');
    expect(out).toContain('\n      spec.replicas  2 → 1\n');
    expect(out).toContain('\n  − PodDisruptionBudget web');
    expect((await diff(folder, '--exit-code')).code).toBe(1);
    const markdown = (await diff(folder, '--format', 'markdown')).out;
    expect(markdown).toContain('| environment | objects | what it means |');
    const [command = '', base = ''] = /`stagegate diff --json --base ([0-9a-f]{12})`/.exec(markdown) ?? [];
    expect(command).not.toBe('');
    expect(JSON.parse((await diff(folder, '--json', '--base', base)).out)).toMatchObject({
      environments: [{ name: 'dev' }, { name: 'prod' }],
    });
  });

  test('what is committed is named by its branch and commit, whatever lies beside the packages', async () => {
    const folder = cloneWith({ 'platform.ts': program, 'node_modules/x/index.js': '' });
    git(folder, 'switch', '--quiet', '--create', 'change');
    write(folder, 'platform.ts', withMore('replicas: 3'));
    const commit = commitAll(folder);
    write(folder, 'node_modules/y/index.js', '');
    const found = await difference(folder);
    expect(found).toMatchObject({ base: { name: 'main', commit: git(folder, 'rev-parse', 'main') }, head: { name: 'change', commit } });
    git(folder, 'checkout', '--quiet', '--detach');
    expect((await difference(folder)).head).toEqual({ name: 'HEAD', commit });
    write(folder, 'beside.ts', '');
    expect((await difference(folder)).head).toEqual({ name: 'working tree' });
  });

  test('the base is where the branch was left, as its host has it', async () => {
    const host = cloneWith({ 'platform.ts': program });
    const folder = folderWith();
    git(folder, 'clone', '--quiet', host, '.');
    git(folder, 'switch', '--quiet', '--create', 'change');
    write(folder, 'platform.ts', withMore('replicas: 3'));
    commitAll(folder);
    const left = git(folder, 'rev-parse', 'main');
    write(host, 'platform.ts', withMore("env: { SINCE: 'then' }"));
    commitAll(host);
    git(folder, 'fetch', '--quiet');
    const found = await difference(folder);
    expect(found.base).toEqual({ name: 'origin/main', commit: left });
    expect(JSON.stringify(found)).not.toContain('SINCE');
    expect(JSON.stringify(await difference(folder, '--base', 'origin/main'))).toContain('SINCE');
    git(folder, 'branch', '--quiet', '--delete', '--force', 'main');
    expect((await difference(folder, '--base', 'main')).base.name).toBe('origin/main');
  });

  test('the program is found in its folder of the repository, and what it imports with it', async () => {
    const folder = cloneWith({
      'deploy/platform.ts': withMore('env: { LEVEL: level }').replace('\n', "\nimport { level } from '../settings';\n"),
      'settings.ts': "export const level = 'info';",
    });
    write(folder, 'settings.ts', "export const level = 'warn';");
    const expected = { fields: [{ path: 'data.LEVEL', before: 'info', after: 'warn' }] };
    expect((await difference(join(folder, 'deploy'))).environments[0]?.changes[0]).toMatchObject(expected);
    expect((await difference(folder, '--program', 'deploy/platform.ts')).environments[0]?.changes[0]).toMatchObject(expected);
  });

  test('a model that was written is compared with the program that it declares to come from', async () => {
    const folder = cloneWith({ 'platform.ts': program, '.gitignore': 'model.json\n' });
    write(folder, 'platform.ts', withMore('replicas: 3'));
    write(folder, 'model.json', (await call(['model'], { folder })).out);
    git(folder, 'checkout', '--quiet', 'platform.ts');
    const found = await difference(folder, '--program', 'model.json');
    expect(found.notCompared).toEqual([]);
    expect(found.environments.map(({ name }) => name)).toEqual(['dev', 'prod']);
  });

  test('one environment alone', async () => {
    const folder = cloneWith({ 'platform.ts': program });
    write(folder, 'platform.ts', withMore('replicas: 3').replace('gates: [Gate.healthy()]', 'gates: []'));
    const found = await difference(folder, '--env', 'prod');
    expect(found.environments.map(({ name }) => name)).toEqual(['prod']);
    expect(found).toMatchObject({
      repositories: [],
      policy: [],
      notCompared: [{ what: 'other environments, repositories and the policy' }],
    });
    expect(await diff(folder, '--env', 'qa')).toMatchObject({ code: 2, err: expect.stringContaining('there is no environment qa') });
  });

  test('a policy that got weaker is said, with what is possible then', async () => {
    const approvals = program.replace('[Gate.healthy()]', '[Gate.healthy(), Gate.approvals({ total: 2 })]');
    const folder = cloneWith({ 'platform.ts': approvals });
    write(folder, 'platform.ts', approvals.replace('total: 2', 'total: 1'));
    const { out } = await diff(folder);
    expect(out).toMatch(/policy weaker {2}dev → prod\n {2}before {2}2 approvals/);
    expect(out).toContain('possible now, impossible before\n    1  ');
  });

  test('what the explorer could not look at is said, as text, as JSON and as Markdown', async () => {
    // More lengths of soak in one environment than a state has room for.
    const many = `for (const seconds of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const lab = new Environment(platform, 'lab-' + seconds, { tier: Tier.development, target: Target.kubernetes(cluster) });
      new PromotionPolicy(platform, 'to-lab-' + seconds, { from: dev, to: lab, gates: [Gate.healthy(), Gate.soak(seconds + 's')] });
      new PromotionPolicy(platform, 'from-lab-' + seconds, { from: lab, to: prod, gates: [Gate.healthy(), Gate.approvals({ total: 2 })] });
    }`;
    const approvals = program.replace('[Gate.healthy()]', '[Gate.healthy(), Gate.approvals({ total: 2 })]');
    const folder = cloneWith({ 'platform.ts': `${approvals}\n${many}` });
    write(folder, 'platform.ts', `${approvals.replace('total: 2', 'total: 1')}\n${many}`);
    const found = await difference(folder);
    const what = 'what a weaker policy makes possible';
    const why = expect.stringMatching(/^the explorer cannot hold this platform: a state has room for .* 7 lengths of soak/);
    expect(found.policy).toContainEqual(expect.objectContaining({ subject: 'dev → prod', direction: 'weaker', before: '2 approvals' }));
    expect(found.policy.some(({ possibleNow }) => possibleNow !== undefined)).toBe(false);
    expect(found.notCompared).toEqual([{ what, why }]);
    expect((await diff(folder)).out).toContain(`\nnot compared  ${what}: the explorer cannot hold this platform`);
    expect((await diff(folder, '--format', 'markdown')).out).toContain(`\n- not compared: ${what}: the explorer cannot hold this platform`);
    expect((await difference(folder, '--env', 'prod')).notCompared).not.toContainEqual({ what, why });
  });

  test('packages of another version of stagegate at the base are said, and those of this version are not', async () => {
    const manifest = (version: string) => ({ 'node_modules/stagegate/package.json': JSON.stringify({ name: 'stagegate', version }) });
    const here = packageVersion();
    const folder = cloneWith({ 'deploy/platform.ts': program, ...manifest('0.0.1') });
    write(folder, 'deploy/platform.ts', withMore('replicas: 3'));
    const found = await difference(join(folder, 'deploy'));
    expect(found.environments.map(({ name }) => name)).toEqual(['dev', 'prod']);
    expect(found.notCompared).toEqual([
      { what: `what stagegate ${here} makes otherwise than 0.0.1`, why: 'both sides are compiled by the version that compares' },
    ]);
    const same = cloneWith({ 'platform.ts': program, ...manifest(here) });
    write(same, 'platform.ts', withMore('replicas: 3'));
    expect((await difference(same)).notCompared).toEqual([]);
  });

  test('images and values beside the program fill its slots, on each side its own', async () => {
    const folder = cloneWith({ 'platform.ts': program, 'images.yaml': images('a'), 'values.yaml': values });
    write(folder, 'images.yaml', images('b'));
    const found = await difference(folder);
    expect(told(found)).toEqual(['dev update Deployment web', 'prod update Deployment web']);
    expect(found.environments[0]?.changes[0]?.meanings).toEqual([{ weight: 'note', text: 'image aaaaaaa → bbbbbbb' }]);
    write(folder, 'images.yaml', images('a'));
    write(
      folder,
      'platform.ts',
      `${program}\nnew ServiceStack(platform, 'api', { build: Build.dockerfile('web'), port: 1, health: '/' });`,
    );
    expect(JSON.stringify(await difference(folder))).toContain('{{slot:image/api}}');
  });

  test.each([
    ['has no program', { 'README.md': '' }, 'there is no program here'],
    ['has one that does not load', { 'platform.ts': 'throw new Error("broken")' }, 'platform.ts does not load: broken'],
    ['has a wrong value', { 'platform.ts': program.replace("'shop', {", "'', {") }, 'the program has a wrong value'],
  ])('a base that %s is nothing: everything is new, and that is said', async (_, files, why) => {
    const folder = cloneWith(files);
    write(folder, 'platform.ts', program);
    const found = await difference(folder);
    expect(found.environments.map(({ name, action }) => `${action} ${name}`)).toEqual(['create dev', 'create prod']);
    expect(found.repositories.flatMap(({ changes }) => changes).every(({ action }) => action === 'create')).toBe(true);
    expect(found.policy).toEqual([]);
    expect(found.notCompared).toEqual([{ what: 'what was before, and whether a policy gets weaker', why: expect.stringContaining(why) }]);
  });

  test('what it prints as JSON is what its schema says', async () => {
    const folder = cloneWith({ 'platform.ts': program });
    write(folder, 'platform.ts', withMore("replicas: 1, env: { API_TOKEN: 'hunter2hunter2' }").replace("'prod'", "'live'"));
    const schema = JSON.parse(readFileSync(join(__dirname, '../../schema/difference.schema.json'), 'utf8'));
    const validate = new Ajv({ strict: false }).compile(schema);
    const { out } = await diff(folder, '--format', 'json');
    expect([validate(JSON.parse(out)), validate.errors]).toEqual([true, null]);
    expect(out).not.toContain('hunter2');
    expect((await diff(folder)).out).not.toContain('hunter2');
  });

  test('what a terminal would obey is shown and not sent to it', async () => {
    const folder = cloneWith({ 'platform.ts': program });
    write(folder, 'platform.ts', withMore("env: { LEVEL: '\\u001b[2Jgone' }"));
    const { out } = await diff(folder);
    expect(out).not.toContain('\u001b');
    expect((await call(['diff'], { folder, colour: true })).out).toContain('\u001b[');
  });

  test.each([
    [['--base', 'nowhere'], 'there is no commit nowhere in this clone'],
    [['--base', '--upload-pack=x'], 'there is no commit --upload-pack=x in this clone'],
    [['--base', 'main', '--live', 'dev'], '--base and --live are two things to compare with'],
    [['--released', 'dev', '--env', 'dev'], '--released compares one environment already'],
    [['--kubeconfig', 'x'], '--kubeconfig is for --live'],
    [['--released', 'qa'], 'there is no environment qa'],
    [['--released', 'dev'], 'the branch env/dev is not in this clone'],
    [['--format', 'html'], 'html'],
  ])('%j is wrong use', async (args, expected) => {
    expect(await diff(cloneWith({ 'platform.ts': program }), ...args)).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining(expected),
    });
  });

  test('so is a folder outside of a repository, one without commits, and one without the branch of the program', async () => {
    expect(await diff(folderWith({ 'platform.ts': program }))).toMatchObject({
      code: 2,
      err: expect.stringContaining('this folder is in no git repository'),
    });
    const folder = folderWith({ 'platform.ts': program });
    git(folder, 'init', '--quiet', '--initial-branch=other');
    expect(await diff(folder)).toMatchObject({ code: 2, err: expect.stringContaining('nothing is committed in this repository yet') });
    commitAll(folder);
    expect(await diff(folder)).toMatchObject({ code: 2, err: expect.stringContaining('the branch main is not in this clone') });
  });
});

describe('The packages of the base', () => {
  const using = program.replace('\n', "\nimport { level } from 'levels';\n").replace("route: '/' }", "route: '/', env: { LEVEL: level } }");
  const levels = (level: string) => ({
    'node_modules/levels/package.json': '{ "name": "levels", "main": "index.js" }',
    'node_modules/levels/index.js': `exports.level = '${level}';`,
  });
  const locked = {
    'platform.ts': using,
    'package.json': '{ "dependencies": { "levels": "1" } }',
    'package-lock.json': '{ "one": 1 }',
    '.gitignore': 'node_modules\n',
  };

  /** An npm that installs what the lock file names, and counts how often it is called. */
  function standIn(script: string): string {
    const folder = folderWith();
    shadow('npm', folder, `set -e\necho "$@" >> "${folder}/calls"\n${script}`);
    return join(folder, 'calls');
  }
  const installing = `mkdir -p node_modules/levels && printf '%s' '{ "name": "levels", "main": "index.js" }' > node_modules/levels/package.json && echo "exports.level = 'installed'" > node_modules/levels/index.js`;

  test('are those of the work tree when the lock file is the same', async () => {
    const calls = standIn('exit 1');
    const folder = cloneWith(locked);
    for (const [path, content] of Object.entries(levels('shared'))) write(folder, path, content);
    expect(await difference(folder)).toMatchObject({ environments: [], notCompared: [] });
    expect(existsSync(calls)).toBe(false);
  });

  test('are installed by its own lock file when that is another, once', async () => {
    const calls = standIn(installing);
    const folder = cloneWith(locked);
    for (const [path, content] of Object.entries(levels('here'))) write(folder, path, content);
    write(folder, 'package-lock.json', '{ "two": 2 }');
    const { err } = await diff(folder);
    expect(err).toContain(
      'installing the packages of main, whose package-lock.json is another: npm ci --ignore-scripts --no-audit --no-fund',
    );
    const found = await difference(folder);
    expect(found.environments[0]?.changes[0]?.fields).toEqual([{ path: 'data.LEVEL', before: 'installed', after: 'here' }]);
    expect(readFileSync(calls, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test('are installed in the checkout itself where they lie beside it', async () => {
    const calls = standIn(installing);
    const folder = cloneWith({ ...locked, 'package.json': '{ "workspaces": ["a"] }' });
    for (const [path, content] of Object.entries(levels('here'))) write(folder, path, content);
    write(folder, 'package-lock.json', '{ "two": 2 }');
    expect((await difference(folder)).environments[0]?.changes[0]?.fields[0]?.before).toBe('installed');
    await diff(folder);
    expect(readFileSync(calls, 'utf8').trim().split('\n')).toHaveLength(2);
  });

  test('that cannot be installed are a failure of the outside, without credentials in what is said', async () => {
    standIn('echo "cannot reach https://me:secret@registry.example.com" >&2; exit 7');
    const folder = cloneWith(locked);
    write(folder, 'package-lock.json', '{ "two": 2 }');
    for (const [path, content] of Object.entries(levels('here'))) write(folder, path, content);
    const { code, out, err } = await diff(folder);
    expect({ code, out }).toEqual({ code: 3, out: '' });
    expect(err).toContain('the packages of the base cannot be installed: cannot reach https://registry.example.com');
  });
});
