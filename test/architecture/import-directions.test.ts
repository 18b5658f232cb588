import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './source-files';

/** A forbidden import each: the file that has it, what it imports, and the rule that has to refuse it. */
const planted: readonly (readonly [file: string, imports: string, rule: string])[] = [
  ['lib/values/a.ts', '../model/plain', 'values-import-values'],
  ['lib/values/b.ts', '../platform', 'values-hold-nouns-as-types'],
  ['lib/environment.ts', './model/plain', 'nouns-import-values'],
  ['lib/model/other.ts', '../platform', 'the-model-is-plain-data'],
  ['lib/model/third.ts', '../compile/plain', 'model-imports-nouns-and-values'],
  ['lib/desired/a.ts', '../compile/plain', 'desired-imports-values'],
  ['lib/desired/b.ts', '../model/plain', 'desired-names-model-types'],
  ['lib/compile/a.ts', '../platform', 'compile-imports-model-and-desired'],
  ['lib/compile/b.ts', '../model/resolve', 'compile-does-not-resolve'],
  ['lib/explorer/a.ts', '../model/plain', 'explorer-imports-desired'],
  ['lib/explorer/b.ts', '../rules/plain', 'explorer-imports-desired'],
  ['lib/explorer/c.ts', '../values/plain', 'explorer-imports-desired'],
  ['lib/explorer/d.ts', 'node:fs', 'pure-core'],
  ['lib/render/a.ts', '../compile/plain', 'render-imports-desired'],
  ['lib/diff/a.ts', '../render/plain', 'diff-imports-desired'],
  ['lib/diff/b.ts', '../explorer/plain', 'diff-imports-desired'],
  ['lib/diff/policy/a.ts', '../../rules/plain', 'policy-diff-imports-explorer'],
  ['lib/rules/a.ts', '../compile/plain', 'rules-import-inward'],
  ['lib/rules/b.ts', '../model/resolve', 'rules-do-not-resolve'],
  ['lib/rules/c.ts', 'node:process', 'pure-core'],
  ['lib/report/a.ts', '../delivery/plain', 'report-imports-inward'],
  ['lib/delivery/a.ts', '../explorer/plain', 'delivery-imports-desired'],
  ['lib/delivery/b.ts', '../render/plain', 'delivery-imports-desired'],
  ['lib/github/a.ts', '../delivery/plain', 'github-imports-the-error'],
  ['lib/delivery/e.ts', '@octokit/core', 'octokit-only-in-github'],
  ['lib/kubernetes/a.ts', '../rules/plain', 'kubernetes-imports-inward'],
  ['lib/stack/a.ts', '../render/plain', 'stack-imports-inward'],
  ['lib/stack/b.ts', '../model/resolve', 'stack-does-not-resolve'],
  ['lib/pulumi/a.ts', '../render/plain', 'pulumi-imports-inward'],
  ['lib/delivery/c.ts', '../cli/plain', 'nobody-imports-commands'],
  ['lib/delivery/d.ts', '@pulumi/pulumi', 'pulumi-only-in-pulumi'],
  ['lib/render/b.ts', 'commander', 'command-line-only-in-cli'],
  ['lib/render/c.ts', 'node:child_process', 'processes-only-at-the-edge'],
  ['lib/compile/c.ts', 'cdk8s-plus-28', 'cdk8s-only-in-kubernetes'],
  ['lib/render/d.ts', 'typescript', 'only-declared-packages'],
  ['lib/cli/a.ts', '../../test/plain', 'lib-knows-lib'],
  ['lib/render/e.ts', './nowhere', 'imports-resolve'],
  ['lib/render/f.ts', './g', 'no-circular-imports'],
  ['lib/index.ts', './kubernetes/plain', 'main-door-loads-no-edge'],
];

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'stagegate-imports-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

test('each forbidden import is refused by its rule, and no file without one is', () => {
  for (const file of ['.dependency-cruiser.cjs', 'tsconfig.json', 'package.json']) cpSync(join(root, file), join(folder, file));
  mkdirSync(join(folder, 'node_modules', '@pulumi', 'pulumi'), { recursive: true });
  write('node_modules/@pulumi/pulumi/package.json', '{ "name": "@pulumi/pulumi", "version": "3.0.0", "main": "index.js" }');
  write('node_modules/@pulumi/pulumi/index.js', '');
  write('node_modules/@octokit/core/package.json', '{ "name": "@octokit/core", "version": "7.0.0", "main": "index.js" }');
  write('node_modules/@octokit/core/index.js', '');
  for (const name of ['commander', 'cdk8s-plus-28', 'typescript']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const plain = [
    'values',
    'model',
    'compile',
    'desired',
    'explorer',
    'render',
    'diff',
    'rules',
    'report',
    'stack',
    'delivery',
    'kubernetes',
    'cli',
  ];
  for (const name of plain) write(`lib/${name}/plain.ts`, 'export const plain = 1;\n');
  write('test/plain.ts', 'export const plain = 1;\n');
  write('lib/render/g.ts', "export * from './f';\n");
  write('lib/platform.ts', "export { plain } from './values/plain';\n");
  write('lib/model/resolve.ts', "export * from '../platform';\n");
  write('lib/compile/types.ts', "import type { ApiObject } from 'cdk8s-plus-28';\nexport type Types = ApiObject;\n");
  for (const [file, imports] of planted) write(file, `import * as thing from '${imports}';\nexport const used = thing;\n`);

  const run = spawnSync(
    process.execPath,
    [join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', '-T', 'json', 'lib'],
    { cwd: folder, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
  );
  const violations: Violation[] = JSON.parse(run.stdout).summary.violations;
  const seen = new Set(violations.map((violation) => `${violation.from} ${violation.rule.name}`));

  expect(planted.map(([file, , rule]) => `${file} ${rule}`).filter((expected) => !seen.has(expected))).toEqual([]);
  const guilty = new Set(planted.map(([file]) => file));
  expect([...seen].filter((line) => !guilty.has(line.split(' ')[0] ?? ''))).toEqual([]);
});
