// What checks of the packed package share: packing it, and a report line for each thing that is checked.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Compilers that guests have, by the name of the package that brings each. */
export const compilers = { 'typescript-5.4': '5.4.5', 'typescript-5.9': '5.9.3', 'typescript-6.0': '6.0.3' };
const all = Object.keys(compilers);

/** How guests resolve modules, and the compilers that know the way: TypeScript 6 no longer has `node`. */
export const styles = [
  { name: 'node16, CommonJS', type: 'commonjs', options: { module: 'node16', moduleResolution: 'node16' }, compilers: all },
  { name: 'node16, ESM', type: 'module', options: { module: 'node16', moduleResolution: 'node16' }, compilers: all },
  { name: 'bundler', type: 'module', options: { module: 'esnext', moduleResolution: 'bundler' }, compilers: all },
  {
    name: 'node',
    type: 'commonjs',
    options: { module: 'commonjs', moduleResolution: 'node' },
    compilers: all.filter((name) => name < 'typescript-6'),
  },
];

/** Public doors as guests name them, `stagegate/kubernetes`. */
export const doors = Object.entries(manifest.exports).flatMap(([name, target]) =>
  typeof target === 'string' ? [] : [join(manifest.name, name)],
);

/** The text of a program that fails unless `import` and `require` of a door reach the same values. */
export const oneInstance = (door) => `import * as imported from '${door}';
import { createRequire } from 'node:module';
const required = createRequire(import.meta.url)('${door}');
const names = Object.keys(required).filter((name) => name !== '__esModule');
if (names.length === 0) throw new Error('the door exports nothing');
for (const name of names) if (imported[name] !== required[name]) throw new Error(name + ' differs between import and require');
`;

let passed = 0;
let failed = 0;

/** Reports one thing that was checked; problems are printed when there are any. */
export function report(name, problems) {
  if (problems === '') {
    passed += 1;
    console.log(`ok    ${name}`);
  } else {
    failed += 1;
    console.error(`FAIL  ${name}\n${problems}`);
  }
  return problems === '';
}

/** Runs a program; resolves to its output, and to its exit code. */
export function run(command, args, cwd, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = { out: '', all: '' };
    child.stdout.on('data', (text) => {
      output.out += text;
      output.all += text;
    });
    child.stderr.on('data', (text) => {
      output.all += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, ...output }));
  });
}

/** Runs a program that has to succeed, and reports it; resolves to what it printed, or to undefined when it failed. */
export async function check(name, command, args, cwd, env) {
  const { code, out, all } = await run(command, args, cwd, env);
  return report(name, code === 0 ? '' : `${all}exit code ${code}`) ? out : undefined;
}

/** Runs tasks, as many at once as there are processors. */
export async function together(tasks, atOnce) {
  const left = [...tasks];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let task = left.shift(); task !== undefined; task = left.shift()) await task();
    }),
  );
}

/** Packs what was built into a folder. Throws when there is nothing to pack. */
export async function packInto(folder) {
  const { code, out, all } = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  if (code !== 0) throw new Error(`npm pack ended with ${code}\n${all}`);
  const [{ filename, files }] = JSON.parse(out);
  return { tarball: join(folder, filename), files: files.map(({ path }) => path) };
}

/** Installs packages as a guest does who wants no surprises; from npm's cache without the network, when there is none. */
export async function install(name, folder) {
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  const online = await run('npm', [...args, '--prefer-offline'], folder);
  const { code, all } = online.code === 0 ? online : await run('npm', [...args, '--offline'], folder);
  if (!report(name, code === 0 ? '' : `${online.all}${all}`)) finish();
}

export function finish() {
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
