import { spawnSync } from 'node:child_process';
import { builtPackage } from '../built-package';
import { call, folderWith, removeFolders, smallProgram } from './calling';

afterEach(removeFolders);

const head = "import { Platform } from 'stagegate';\n";

/** Programs that do not load, with what is said of them. */
const bad: readonly (readonly [string, string, RegExp])[] = [
  [
    'throws',
    `${head}\nthrow new Error('the vault is sealed\\nand more');\n`,
    /^error {2}platform\.ts does not load: the vault is sealed \(platform\.ts:3:\d+\)\n {2}remedy {2}/,
  ],
  ['throws no error', `${head}throw 'text';\n`, /platform\.ts does not load: it threw text/],
  ['exports nothing', `${head}new Platform('a', { registry: 'r.io', domain: 'a.io' });\n`, /platform\.ts exports no platform\n/],
  ['exports something else', 'export const plattform = 1;\n', /exports no platform, only plattform/],
  ['exports a promise', `${head}export const platform = Promise.resolve(1);\n`, /exports a promise in place of a platform/],
  ['has a syntax error', `${head}const a = 1;\nconst b = {;\n`, /does not load: syntax error, Unexpected token \(platform\.ts:3:\d+\)/],
  ['imports what is not installed', `${head}import 'no-such-package';\n`, /does not load: Cannot find module 'no-such-package'/],
  [
    'uses what stagegate does not have',
    "import { Plattform } from 'stagegate';\nnew Plattform('a');\n",
    /does not load: .*Plattform is not a constructor/,
  ],
  ['ends the process', `${head}process.exit(0);\n`, /platform\.ts calls process\.exit\(0\)/],
];

test.each(bad)(
  'a program that %s is explained in two lines with exit code 2, by every command that loads it',
  async (_, text, expected) => {
    const folder = folderWith({ 'platform.ts': text });
    for (const command of ['check', 'graph', 'model', 'render']) {
      const { code, out, err } = await call([command], { folder });
      expect({ code, out, lines: err.split('\n').length }).toEqual({ code: 2, out: '', lines: 2 });
      expect(err).toMatch(expected);
    }
  },
);

test('a syntax error in a file that the program imports names that file and its line', async () => {
  const folder = folderWith({ 'platform.ts': "import './parts/web';\n", 'parts/web.ts': 'const a = 1;\nconst b = {;\n' });
  expect((await call(['check'], { folder })).err).toContain('(parts/web.ts:2:');
});

test('the stack is shown with --debug only', async () => {
  const folder = folderWith({ 'platform.ts': "throw new Error('no');\n" });
  expect((await call(['check'], { folder })).err).not.toContain('    at ');
  expect((await call(['check', '--debug'], { folder })).err).toMatch(/ {4}at .*platform\.ts:1/);
});

test('a wrong value is printed like a finding, with exit code 1, by every command that loads the program', async () => {
  const folder = folderWith({
    'platform.ts': `${head}export const platform = new Platform('Shop!', { registry: 'ghcr.io', domain: 'a.io' });\n`,
  });
  for (const command of ['check', 'graph', 'model']) {
    const { code, out, err } = await call([command], { folder });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(out).toMatch(/^error SG\d{3} [a-z-]+ {2}Shop!\n {2}.+\n {2}given {6}"Shop!"\n {2}expected {3}.+\n {2}remedy {5}.+/);
  }
  expect(JSON.parse((await call(['graph', '--json'], { folder })).out)).toMatchObject({ version: 1, diagnostics: [{ path: 'Shop!' }] });
  expect((await call(['check', '--format', 'github'], { folder })).out).toMatch(/^::error file=platform\.ts,/);
  const { diagnostics, summary } = JSON.parse((await call(['check', '--json'], { folder })).out);
  expect(summary).toEqual({ errors: 1, warnings: 0, suppressed: 0 });
  expect(diagnostics[0]).toMatchObject({ severity: 'error', path: 'Shop!', given: '"Shop!"' });
});

test.each([
  ['platform.ts', 'export const platform'],
  ['stagegate.config.ts', 'export default'],
])('%s is found, and its platform', async (name, exported) => {
  const text = exported === 'export default' ? smallProgram('export default platform;').replace('export const', 'const') : smallProgram();
  const folder = folderWith({ [name]: text });
  expect(JSON.parse((await call(['model'], { folder })).out).name).toBe('shop');
});

test('stagegate.config.ts goes before platform.ts, and --program before both', async () => {
  const named = (name: string): string => smallProgram().replaceAll("'shop', { registry", `'${name}', { registry`);
  const folder = folderWith({ 'platform.ts': named('one'), 'stagegate.config.ts': named('two'), 'deep/three.ts': named('three') });
  expect(JSON.parse((await call(['model'], { folder })).out).name).toBe('two');
  expect(JSON.parse((await call(['model', '--program', 'deep/three.ts'], { folder })).out).name).toBe('three');
});

test('a folder without a program, and a file that is not there, are said with exit code 2', async () => {
  const folder = folderWith();
  expect(await call(['check'], { folder })).toMatchObject({ code: 2, err: expect.stringContaining('there is no program here') });
  expect(await call(['check', '-p', 'x.ts'], { folder })).toMatchObject({ code: 2, err: expect.stringContaining('there is no file x.ts') });
});

test('what a program prints goes to stderr, so that --json stays one document', async () => {
  const folder = folderWith({ 'platform.ts': smallProgram("process.stdout.write('noise\\n');") });
  const { out, err } = await call(['model'], { folder });
  expect(JSON.parse(out).name).toBe('shop');
  expect(err).toContain('noise');
});

test('a program may await at its top level, import files beside it, and is run anew each time', async () => {
  const folder = folderWith({
    'names.ts': "export const host: string = await Promise.resolve('shop.test');\n",
    'platform.ts': `import { host } from './names';\n${smallProgram().replace("'shop.example.com'", 'host')}`,
  });
  expect(JSON.parse((await call(['model'], { folder })).out).domain).toBe('shop.test');
  expect((await call(['model'], { folder })).code).toBe(0);
});

test('a model that was written is read in place of the program, and anything else is refused', async () => {
  const folder = folderWith({ 'platform.ts': smallProgram() });
  const written = (await call(['model'], { folder })).out;
  const graph = (await call(['graph'], { folder })).out;
  const other = folderWith({ 'model.json': written, 'bad.json': written.replace('"version": 1', '"version": 7'), 'text.json': 'a: [' });
  expect((await call(['graph', '--program', 'model.json'], { folder: other })).out).toBe(graph);
  expect(await call(['graph', '--program', 'bad.json'], { folder: other })).toMatchObject({
    code: 2,
    err: expect.stringContaining('bad.json is no model of a platform'),
  });
  expect(await call(['graph', '--program', 'text.json'], { folder: other })).toMatchObject({
    code: 2,
    err: expect.stringContaining('text.json is no YAML'),
  });
});

describe('as a process', () => {
  const built = builtPackage();
  afterAll(built.remove);
  const run = (text: string, ...argv: readonly string[]) => {
    const folder = folderWith({ 'platform.ts': text });
    const { status, stdout, stderr } = spawnSync(process.execPath, [built.cli, ...argv], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, NO_COLOR: '1' },
    });
    return { code: status, out: stdout, err: stderr };
  };

  test('it checks a program and ends although the program leaves a timer', () => {
    expect(run(smallProgram('setInterval(() => undefined, 1000);'), 'model')).toMatchObject({ code: 0, err: '' });
  });

  test.each(bad.filter(([name]) => /throws|syntax|ends/.test(name)))(
    'a program that %s leaves no stack and no source on the screen',
    (_, text, expected) => {
      const { code, out, err } = run(text, 'check');
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(expected);
      expect(err).not.toMatch(/^ {4}at |node_modules/m);
      expect(err.length).toBeLessThan(400);
    },
  );

  test('a program that waits for ever is said, and nothing is printed as if it were clean', () => {
    expect(run(smallProgram('await new Promise(() => undefined);'), 'check')).toMatchObject({
      code: 2,
      out: '',
      err: expect.stringContaining('waits for something that never comes'),
    });
  });

  test('a promise that a program leaves to fail is said in two lines', () => {
    const { code, err } = run(smallProgram("void Promise.reject(new Error('late'));"), 'model');
    expect(code).toBe(3);
    expect(err).toMatch(/^error {2}late\n {2}remedy {2}.+\n$/);
  });

  test('a reader that closes the pipe is no failure', () => {
    const folder = folderWith({ 'platform.ts': smallProgram() });
    const command = `"${process.execPath}" "${built.cli}" model | head -c 10; echo " $\{PIPESTATUS[0]}"`;
    expect(spawnSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' }).stdout).toMatch(/^\{\n {2}"vers.* 0\n$/s);
  });
});
