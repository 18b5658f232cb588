import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandTree } from '../../lib/cli/command-line';
import { COMMANDS } from '../../lib/cli/commands';
import type { Io } from '../../lib/cli/io';
import { call, folderWith, removeFolders, smallProgram } from './calling';

afterEach(removeFolders);

test('--help lists every command, and --version the version of the package', async () => {
  const { code, out } = await call(['--help']);
  expect(code).toBe(0);
  for (const { usage } of COMMANDS) expect(out).toContain(`  ${usage.split(' ')[0]} `);
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'));
  expect(await call(['--version'])).toEqual({ code: 0, out: version, err: '' });
});

test.each(COMMANDS.map(({ usage }) => usage))('the help of %s has an example that the command line accepts', async (usage) => {
  const words = usage.split(' ').filter((word) => !/^[<[]/.test(word));
  const { code, out } = await call([...words, '--help']);
  expect(code).toBe(0);
  const example = /Example:\n {2}\$ stagegate (.+)/.exec(out)?.[1] ?? '';
  let ran = 0;
  const argv = [...example.replace(/ > .*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? '');
  const io = {
    out: () => undefined,
    note: (text: string) => expect(text).toBe(''),
    colour: false,
    folder: '.',
    environment: {},
  } as unknown as Io;
  await commandTree(io, async () => {
    ran += 1;
  }).parseAsync(argv, { from: 'user' });
  expect(ran).toBe(1);
});

test.each([
  [[], /Usage: stagegate/],
  [['chek'], /unknown command 'chek'\n\(Did you mean check\?\)/],
  [['check', '--formt', 'json'], /unknown option '--formt'\n\(Did you mean --format\?\)/],
  [['check', '--format', 'xml'], /argument 'xml' is invalid\. Allowed choices are text, json, github, sarif/],
  [['release'], /Usage: stagegate release/],
  [['release', 'creat'], /unknown command 'creat'/],
  [['promote'], /missing required argument 'environment'/],
  [['promote', 'a', 'b'], /too many arguments/],
  [['hold', 'prod'], /required option '--reason <text>' not specified/],
  [['monitor', 'dev', '--timeout', 'soon'], /argument 'soon' is invalid\. Give a whole number of seconds above zero/],
])('wrong use %j is said with exit code 2', async (argv, expected) => {
  const { code, out, err } = await call(argv as string[]);
  expect(code).toBe(2);
  expect(`${out}${err}`).toMatch(expected as RegExp);
});

test('a page of a rule is found by code in any case and by name, and an unknown one names those that exist', async () => {
  const page = await call(['explain', 'SG101']);
  expect(page).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^SG101 simultaneous-deploy \(error\)\n[\s\S]*\nWhat it refuses\n {2}.+[\s\S]*\nRemedy\n {2}.+/),
  });
  expect(await call(['explain', 'sg101'])).toEqual(page);
  expect(await call(['explain', 'simultaneous-deploy'])).toEqual(page);
  expect(JSON.parse((await call(['explain', 'SG101', '--json'])).out)).toMatchObject({
    version: 1,
    code: 'SG101',
    title: expect.any(String),
    remedy: expect.any(String),
  });
  expect(await call(['explain', 'SG999'])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('SG101') });
});

test('colour is used on terminals only', async () => {
  const folder = folderWith({
    'platform.ts': smallProgram(
      "new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster), source: repository.branch('develop') });",
    ),
  });
  expect((await call(['check'], { folder })).out).not.toContain('\u001b');
  expect((await call(['check'], { folder, colour: true })).out).toContain('\u001b[31merror\u001b[39m SG101');
});

const reference = readFileSync(join(__dirname, '..', '..', 'docs', 'cli.md'), 'utf8');

test.each(COMMANDS.map((spec) => [spec.usage, spec] as const))(
  'docs/cli.md describes %s with each of its options',
  (_, { usage, options = [] }) => {
    const words = usage
      .split(' ')
      .filter((word) => !/^[<[]/.test(word))
      .join(' ');
    const section = new RegExp(`^### \`${words}[ \`][\\s\\S]*?(?=^##|(?![\\s\\S]))`, 'm').exec(reference)?.[0] ?? '';
    expect(section).not.toBe('');
    const shared = /^## Options of every command that opens a host$[\s\S]*?(?=^## )/m.exec(reference)?.[0] ?? '';
    const described = `${section}${section.includes('host options') ? shared : ''}`;
    for (const { long } of options) expect(described).toMatch(new RegExp(`[\`,] ?${long}[ \`]`));
  },
);

test('docs/cli.md describes no command that does not exist', () => {
  const described = [...reference.matchAll(/^### `([a-z -]+?)(?: [<[].*)?`/gm)].map((match) => match[1]?.trim());
  const existing = COMMANDS.map(({ usage }) =>
    usage
      .split(' ')
      .filter((word) => !/^[<[]/.test(word))
      .join(' '),
  );
  expect(described.sort()).toEqual(existing.sort());
});
