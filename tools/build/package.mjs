// Packs the package as it would be published and looks at it from outside, with nothing of the optional peers installed:
//   node tools/build/package.mjs
// Its contents, what linters of packages say, and the main door by `require`, by `import` and under each supported compiler.
// The other doors are used by guests: npm run guests.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { check, compilers, finish, install, manifest, oneInstance, packInto, report, root, styles, together } from './packed.mjs';

const folder = mkdtempSync(join(tmpdir(), 'stagegate-package-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const { tarball, files } = await packInto(folder);
const promised = [
  'LICENSE',
  'README.md',
  'package.json',
  ...Object.values(manifest.bin),
  ...Object.values(manifest.exports).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target).flatMap((side) => Object.values(side)),
  ),
].map((path) => path.replace(/^\.\//, ''));
const missing = promised.filter((path) => !files.includes(path));
const strange = files.filter((path) => !/^(?:dist\/|schema\/|LICENSE$|README\.md$|CHANGELOG\.md$|package\.json$)/.test(path));
const problems = [...missing.map((path) => `${path} is missing`), ...strange.map((path) => `${path} does not belong there`)];
report(`contents: ${files.length} files`, problems.join('\n'));

// What is packed keeps the script `prepare`, which builds for those who install from git; npm runs it for nobody else.
const linters = ['publint', 'attw'].map((name) => join(root, 'node_modules', '.bin', name));
await check('publint finds nothing', linters[0], ['run', '--strict', tarball], folder);
await check('the types are not wrong', linters[1], [tarball], folder);

writeFileSync(
  join(folder, 'package.json'),
  JSON.stringify({
    name: 'guest',
    private: true,
    dependencies: { stagegate: `file:${tarball}`, constructs: manifest.devDependencies.constructs },
    devDependencies: Object.fromEntries(Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`])),
  }),
);
await install('install', folder);

writeFileSync(join(folder, 'same-instance.mjs'), oneInstance('stagegate'));
await check('import and require reach one instance', process.execPath, ['same-instance.mjs'], folder);
await check('the program starts', process.execPath, [join('node_modules', 'stagegate', manifest.bin.stagegate), '--help'], folder);

const compile = ({ name, type, options }, compiler) => {
  const project = join(folder, `${compiler} ${name}`);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ type }));
  writeFileSync(join(project, 'guest.ts'), "import * as door from 'stagegate';\nexport const keys: string[] = Object.keys(door);\n");
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, skipLibCheck: false, types: [], ...options };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['guest.ts'] }));
  const program = join('node_modules', compiler, 'lib', 'tsc.js');
  return check(`types: TypeScript ${compilers[compiler]}, ${name}`, process.execPath, [program, '-p', project], folder);
};
await together(
  styles.flatMap((style) => style.compilers.map((compiler) => () => compile(style, compiler))),
  availableParallelism(),
);
finish();
