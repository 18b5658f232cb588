// Builds dist/: CommonJS and declarations by tsc, then one ESM re-export shim per public door, so that
// `import` and `require` reach the same instance of every module.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const checked = process.argv.includes('--check');

rmSync(join(root, 'dist'), { recursive: true, force: true });

if (!existsSync(join(root, 'lib', 'index.ts'))) {
  console.error('build: lib/index.ts is missing');
  process.exit(1);
}

// Types are checked by `npm run typecheck`; `prepare` runs on every install and only translates.
const compile = spawnSync(
  process.execPath,
  [require.resolve('typescript/lib/tsc.js'), '-p', join(root, 'tsconfig.build.json'), ...(checked ? [] : ['--noCheck'])],
  { cwd: root, stdio: 'inherit' },
);
if (compile.status !== 0) process.exit(compile.status ?? 1);

// Data files are loaded at run time from where they stand beside the code.
cpSync(join(root, 'lib'), join(root, 'dist'), {
  recursive: true,
  filter: (source) => statSync(source).isDirectory() || source.endsWith('.json'),
});

for (const [door, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const commonJs = join(root, target.require);
  const shim = join(root, target.import);
  const names = Object.keys(require(commonJs)).filter((name) => name !== '__esModule' && name !== 'default');
  if (names.length === 0) {
    console.error(`build: ${door} exports nothing`);
    process.exit(1);
  }
  mkdirSync(dirname(shim), { recursive: true });
  const source = relative(dirname(shim), commonJs).replaceAll('\\', '/');
  writeFileSync(
    shim,
    `import door from '${source.startsWith('.') ? source : `./${source}`}';\n\nexport const { ${names.sort().join(', ')} } = door;\n`,
  );
}

for (const program of Object.values(manifest.bin)) {
  if (existsSync(join(root, program))) chmodSync(join(root, program), 0o755);
}
