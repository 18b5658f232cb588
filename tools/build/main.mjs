// Builds dist/: CommonJS and declarations by tsc, data files, then one ESM re-export shim per public door, so that
// `import` and `require` reach the same instance of every module, and the same types. dist/ is replaced only when all of it stands.
//   node tools/build/main.mjs           translates, as every installation does
//   node tools/build/main.mjs --check   checks types as well, as publishing does
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const next = mkdtempSync(join(root, 'dist-'));
const builtFile = (path) => join(next, relative('dist', path));

/** The ESM side of a door: names of the CommonJS module, listed, since tools read them from the text, and its declarations as they are. */
function shim(door, target) {
  const commonJs = builtFile(target.require.default);
  const file = builtFile(target.import.default);
  const names = Object.keys(require(commonJs)).filter((name) => name !== '__esModule' && name !== 'default');
  if (names.length === 0) throw new Error(`build: ${door} exports nothing`);
  const path = relative(dirname(file), commonJs).replaceAll('\\', '/');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `import door from '${path}';\n\nexport const { ${names.sort().join(', ')} } = door;\n`);
  writeFileSync(builtFile(target.import.types), `export * from '${path}';\n`);
}

try {
  const options = ['-p', join(root, 'tsconfig.build.json'), '--outDir', next, ...(process.argv.includes('--check') ? [] : ['--noCheck'])];
  const compile = spawnSync(process.execPath, [require.resolve('typescript/lib/tsc.js'), ...options], { cwd: root, stdio: 'inherit' });
  if (compile.status !== 0) {
    process.exitCode = 1;
  } else {
    cpSync(join(root, 'lib'), next, {
      recursive: true,
      filter: (source) => statSync(source).isDirectory() || source.endsWith('.json'),
    });
    for (const [door, target] of Object.entries(manifest.exports)) if (typeof target !== 'string') shim(door, target);
    for (const program of Object.values(manifest.bin).map(builtFile)) if (existsSync(program)) chmodSync(program, 0o755);
    chmodSync(next, 0o755);
    rmSync(join(root, 'dist'), { recursive: true, force: true });
    renameSync(next, join(root, 'dist'));
  }
} finally {
  rmSync(next, { recursive: true, force: true });
}
