// Packs the package as it would be published, installs it in an empty project and uses every door from outside:
//   node tools/build/package.mjs
// By `require` and by `import`, both have to reach one instance; the declarations have to satisfy the compilers and
// resolutions that are supported, with nothing of the optional peers installed.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const compilers = { 'v5.4': '5.4.5', 'v5.9': '5.9.3', 'v6.0': '6.0.3' };
/** Which `moduleResolution` goes with which `module`, and for which compilers. */
const resolutions = [
  { name: 'node16', options: { module: 'node16', moduleResolution: 'node16' }, compilers: ['v5.4', 'v5.9', 'v6.0'] },
  { name: 'bundler', options: { module: 'esnext', moduleResolution: 'bundler' }, compilers: ['v5.4', 'v5.9', 'v6.0'] },
  { name: 'node', options: { module: 'commonjs', moduleResolution: 'node' }, compilers: ['v5.4', 'v5.9'] },
];
const needed = { kubernetes: ['cdk8s', 'cdk8s-plus-28'], pulumi: ['@pulumi/pulumi', '@pulumi/kubernetes', '@pulumi/github'] };

let passed = 0;
let failed = 0;

function check(name, command, args, cwd) {
  const run = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (run.status === 0) {
    passed += 1;
    console.log(`ok    ${name}`);
  } else {
    failed += 1;
    console.error(`FAIL  ${name}\n${run.stdout}${run.stderr}`);
  }
  return run;
}

const folder = mkdtempSync(join(tmpdir(), 'stagegate-package-'));
try {
  const packed = check('pack', 'npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], root);
  if (packed.status !== 0) process.exit(1);
  const [{ filename, files }] = JSON.parse(packed.stdout);
  const paths = new Set(files.map((file) => file.path));
  const promised = [
    'LICENSE',
    'README.md',
    'package.json',
    ...Object.values(manifest.bin),
    ...Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [target.slice(2)] : Object.values(target).map((path) => path.slice(2)),
    ),
  ];
  const missing = promised.filter((path) => !paths.has(path));
  const strange = [...paths].filter((path) => !/^(?:dist\/|schema\/|LICENSE$|README\.md$|CHANGELOG\.md$|package\.json$)/.test(path));
  if (missing.length > 0 || strange.length > 0) {
    failed += 1;
    console.error(`FAIL  contents; missing: ${missing.join(', ') || 'nothing'}; unexpected: ${strange.join(', ') || 'nothing'}`);
  } else {
    passed += 1;
    console.log(`ok    contents: ${files.length} files`);
  }

  const doors = Object.entries(manifest.exports)
    .filter(([name, target]) => typeof target !== 'string' && !needed[name.slice(2)])
    .map(([name]) => join(manifest.name, name));

  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({
      name: 'guest',
      private: true,
      dependencies: { stagegate: `file:${filename}`, constructs: manifest.devDependencies.constructs },
      devDependencies: Object.fromEntries(
        Object.entries(compilers).map(([name, version]) => [`typescript-${name}`, `npm:typescript@${version}`]),
      ),
    }),
  );
  check('install', 'npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--omit=optional', '--no-package-lock'], folder);

  for (const door of doors) {
    const file = `same-instance-${door.replaceAll('/', '-')}.mjs`;
    writeFileSync(
      join(folder, file),
      `import * as imported from '${door}';
import { createRequire } from 'node:module';
const required = createRequire(import.meta.url)('${door}');
const names = Object.keys(required).filter((name) => name !== '__esModule');
if (names.length === 0) throw new Error('the door exports nothing');
for (const name of names) if (imported[name] !== required[name]) throw new Error(name + ' differs between import and require');
`,
    );
    check(`${door}: import and require reach one instance`, process.execPath, [file], folder);
  }
  check('the program starts', process.execPath, [join('node_modules', manifest.name, manifest.bin.stagegate), '--help'], folder);

  const source = doors
    .map((door, index) => `import * as door${index} from '${door}';\nexport const keys${index}: string[] = Object.keys(door${index});`)
    .join('\n');
  for (const { name, options, compilers: supported } of resolutions) {
    for (const compiler of supported) {
      const project = join(folder, `types-${compiler}-${name}`);
      mkdirSync(project);
      writeFileSync(join(project, 'guest.ts'), `${source}\n`);
      writeFileSync(
        join(project, 'tsconfig.json'),
        JSON.stringify({
          compilerOptions: { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: [], ...options },
          files: ['guest.ts'],
        }),
      );
      check(
        `types: TypeScript ${compilers[compiler]}, ${name}`,
        process.execPath,
        [join('node_modules', `typescript-${compiler}`, 'lib', 'tsc.js'), '-p', project],
        folder,
      );
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
