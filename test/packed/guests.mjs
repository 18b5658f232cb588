// Uses the packed package as guests do, outside the repository: every door under each supported compiler and resolution, programs and examples
// as CommonJS and as ES modules, on the oldest and the newest Node.
//   node test/packed/guests.mjs
// Everything is installed once, into one folder; the guests stand below it.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import {
  check,
  compilers,
  doors,
  finish,
  install,
  manifest,
  oneInstance,
  packInto,
  report,
  root,
  run,
  styles,
  together,
} from '../../tools/build/packed.mjs';

/** Oldest supported and newest published Node; raise the second when there is a newer one. */
const NODES = { oldest: '20.19.0', newest: '26.12.1' };
/** Lowest versions that the peer ranges admit. */
const lowest = (name) => manifest.peerDependencies[name].slice(1);

const folder = mkdtempSync(join(tmpdir(), 'stagegate-guests-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const jobs = availableParallelism();

const peers = Object.keys(manifest.peerDependencies);
const nodePackage = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
const { tarball } = await packInto(folder);
const dependencies = {
  stagegate: `file:${tarball}`,
  '@types/node': manifest.devDependencies['@types/node'],
  ...Object.fromEntries(peers.map((name) => [name, manifest.devDependencies[name]])),
  ...Object.fromEntries(Object.entries(compilers).map(([name, version]) => [name, `npm:typescript@${version}`])),
  ...Object.fromEntries(Object.entries(NODES).map(([name, version]) => [`node-${name}`, `npm:${nodePackage}@${version}`])),
};
writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'guests', private: true, dependencies }));
await install('install', folder);
const installed = (name, ...path) => join(folder, 'node_modules', name, ...path);
const nodes = Object.fromEntries(Object.entries(NODES).map(([name, version]) => [version, installed(`node-${name}`, 'bin', 'node')]));

/** Every program and example once for each style, below a folder that says which modules it has. */
const programs = readdirSync(join(root, 'test', 'packed', 'programs')).map((file) => file.replace(/\.ts$/, ''));
const examples = readdirSync(join(root, 'examples')).filter((name) => existsSync(join(root, 'examples', name, 'package.json')));
const guests = styles.map((style) => {
  const at = join(folder, style.name.replace(', ', '-'));
  mkdirSync(at);
  writeFileSync(join(at, 'package.json'), JSON.stringify({ private: true, type: style.type }));
  cpSync(join(root, 'test', 'packed', 'programs'), join(at, 'programs'), { recursive: true });
  for (const example of examples) {
    cpSync(join(root, 'examples', example), join(at, example), {
      recursive: true,
      filter: (path) => !/\/(node_modules|build)$/.test(path),
    });
    const own = JSON.parse(readFileSync(join(at, example, 'package.json'), 'utf8'));
    writeFileSync(join(at, example, 'package.json'), JSON.stringify({ ...own, type: style.type }));
  }
  const sources = readdirSync(at, { recursive: true }).filter((path) => /(?<!\.d)\.ts$/.test(path));
  // Once for each compiler the declarations themselves are looked at; elsewhere it is enough that they are found and fit.
  const skipLibCheck = style !== styles[0];
  const compilerOptions = { target: 'es2022', strict: true, noEmit: true, skipLibCheck, types: ['node'], ...style.options };
  writeFileSync(join(at, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: sources }));
  return { ...style, at };
});

const tsc = (compiler, ...args) => [installed(compiler, 'lib', 'tsc.js'), ...args];
/** Looks at a guest and at our declarations; what a compiler finds in those of other packages is not ours to mend. */
const compile = async (compiler, { at, name }) => {
  const { out } = await run(process.execPath, tsc(compiler, '-p', at, '--pretty', 'false'), folder);
  const findings = out.split('\n').filter((line) => /error TS/.test(line) && !/^node_modules\/(?!stagegate\/)/.test(line));
  report(`types: TypeScript ${compilers[compiler]}, ${name}`, findings.join('\n'));
};
await together(
  guests.flatMap((guest) => guest.compilers.map((compiler) => () => compile(compiler, guest))),
  jobs,
);

/** Builds what stands in a folder with its own settings, where it has some. */
const build = ({ at, options }, name, ...sources) => {
  const settings = existsSync(join(at, name, 'tsconfig.json'))
    ? ['-p', join(at, name)]
    : [
        ...sources.map((source) => join(at, name, source)),
        '--target',
        'es2022',
        '--module',
        options.module,
        '--types',
        'node',
        '--skipLibCheck',
      ];
  const args = [...settings, '--outDir', join(at, name, 'build')];
  return check(`build: ${name}, ${relative(folder, at)}`, process.execPath, tsc('typescript-5.9', ...args), folder);
};
const runnable = guests.filter(({ options }) => options.module === 'node16');
await together(
  runnable.flatMap((guest) => [
    () => build(guest, 'programs', ...programs.map((name) => `${name}.ts`)),
    ...examples.map((example) => () => build(guest, example)),
  ]),
  jobs,
);

/** All files below a folder: path to text. */
function filesIn(at) {
  const files = existsSync(at) ? readdirSync(at, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()) : [];
  return new Map(files.map(({ parentPath, name }) => [relative(at, join(parentPath, name)), readFileSync(join(parentPath, name), 'utf8')]));
}

/** Resources that a program printed which ran without an engine, among what Pulumi logs. */
const registeredBy = (out = '') =>
  out
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));

/** What an example is there for, once it is built. */
const uses = {
  async 'in-a-cdk8s-app'(name, node, at) {
    const cli = installed('stagegate', manifest.bin.stagegate);
    rmSync(join(at, 'rendered'), { recursive: true, force: true });
    await check(`${name}: has no errors`, node, [cli, 'check'], at);
    await check(`${name}: writes its charts`, node, [join('build', 'main.js')], at);
    const written = filesIn(join(at, 'rendered'));
    const committed = filesIn(join(root, 'examples', 'in-a-cdk8s-app', 'rendered'));
    const different = [...new Set([...written.keys(), ...committed.keys()])].filter((path) => written.get(path) !== committed.get(path));
    report(`${name}: what it writes is committed beside it`, different.join('\n'));
    const files = join(at, 'files');
    await check(`${name}: is rendered`, node, [cli, 'render', '--images', 'images.json', '--env', 'prod', '--out', files], at);
    const rendered = [...filesIn(join(files, 'prod')).values()].sort().join('---\n');
    const chart = written
      .get('catalogue-prod.k8s.yaml')
      ?.split(/^---\n/m)
      .sort()
      .join('---\n');
    report(`${name}: its chart is what render writes`, chart === rendered && rendered !== '' ? '' : 'they differ');
  },
  async 'in-a-pulumi-program'(name, node, at) {
    await check(`${name}: has no errors`, node, [installed('stagegate', manifest.bin.stagegate), 'check'], at);
    const settings = ['checkout:domain=acme.example.com', 'checkout:kubeconfig={}'];
    const program = [join(root, 'test', 'packed', 'pulumi-without-engine.cjs'), 'checkout', join('build', 'main.js'), ...settings];
    const registered = registeredBy(await check(`${name}: runs`, node, program, at)).map(({ type }) => type);
    const expected = ['acme:index:Cluster', 'stagegate:index:EnvironmentResources', 'kubernetes:argoproj.io/v1alpha1:Application'];
    report(`${name}: registers what it declares`, expected.filter((type) => !registered.includes(type)).join('\n'));
  },
};

for (const [version, node] of Object.entries(nodes)) {
  for (const door of doors) {
    const file = join(folder, `${door.replaceAll('/', '-')}.mjs`);
    writeFileSync(file, oneInstance(door));
    await check(`Node ${version}: import and require of ${door} reach one instance`, node, [file], folder);
  }
  await together(
    runnable.flatMap((guest) => [
      ...programs.map((program) => () => {
        const name = `Node ${version}: ${program}, ${guest.name}`;
        return check(name, node, [join('build', `${program}.js`)], join(guest.at, 'programs'));
      }),
      ...examples.map((example) => async () => {
        const name = `Node ${version}: ${example}, ${guest.name}`;
        if (uses[example] === undefined) report(name, 'test/packed/guests.mjs does not say how it is used');
        else await uses[example](name, node, join(guest.at, example));
      }),
    ]),
    jobs,
  );
}

// The guide, followed to the letter in an empty folder. It installs for itself, as a reader does.
const guide = readFileSync(join(root, 'docs', 'guides', 'adopt-in-a-cdk8s-app.md'), 'utf8');
const reader = mkdtempSync(join(tmpdir(), 'stagegate-reader-'));
process.on('exit', () => rmSync(reader, { recursive: true, force: true }));
writeFileSync(
  join(reader, 'script.sh'),
  ['set -e', ...[...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, block]) => block)].join('\n'),
);
await check('docs/guides/adopt-in-a-cdk8s-app.md, to the letter', 'bash', ['script.sh'], reader, {
  STAGEGATE_PACKAGE: tarball,
  npm_config_prefer_offline: 'true',
  npm_config_audit: 'false',
});

/** A folder with a program that finds copies of these packages beside it, before those that the package itself finds. */
const apart = (name) => {
  const at = join(folder, name);
  cpSync(join(runnable[0].at, 'programs'), join(at, 'programs'), { recursive: true });
  writeFileSync(join(at, 'programs', 'package.json'), JSON.stringify({ private: true, type: 'commonjs' }));
  return at;
};
const shared = ['constructs', 'cdk8s', 'cdk8s-plus-28'];
const program = [join('build', 'kubernetes-door.js')];

const twice = apart('twice');
for (const name of shared) cpSync(installed(name), join(twice, 'node_modules', name), { recursive: true });
await check('two copies of constructs and cdk8s', process.execPath, program, join(twice, 'programs'));

const oldest = apart('oldest');
const versions = Object.fromEntries(peers.map((name) => [name, lowest(name)]));
writeFileSync(join(oldest, 'package.json'), JSON.stringify({ private: true, dependencies: versions }));
await install(`install: ${Object.entries(versions).join('; ').replaceAll(',', ' ')}`, oldest);
const mixed = await run(process.execPath, program, join(oldest, 'programs'));
report('two versions of constructs that cannot share a tree: told so', /SG080 several-versions/.test(mixed.all) ? '' : mixed.all);
cpSync(installed('stagegate'), join(oldest, 'node_modules', 'stagegate'), { recursive: true });
await check('the oldest constructs and cdk8s', process.execPath, program, join(oldest, 'programs'));

/** Compiles a file of a folder that has SDKs of Pulumi, and builds it there. */
const withSdks = (name, at, file) => {
  const args = [join(at, file), '--target', 'es2022', '--module', 'node16', '--types', 'node', '--strict', '--skipLibCheck'];
  return check(name, process.execPath, tsc('typescript-5.9', ...args, '--outDir', join(at, 'build')), folder);
};

/** What a program registers with the SDKs that are found from a folder; they take of an input what they know, and leave out the rest. */
async function registeredWith(which, at) {
  cpSync(join(root, 'test', 'packed', 'pulumi-program.ts'), join(at, 'pulumi-program.ts'));
  await withSdks(`types: a program of Pulumi, ${which} SDKs`, at, 'pulumi-program.ts');
  const args = [join(root, 'test', 'packed', 'pulumi-without-engine.cjs'), 'shop', join('build', 'pulumi-program.js')];
  const outputs = [];
  for (const [version, node] of Object.entries(nodes)) {
    const name = `Node ${version}: a program of Pulumi, ${which} SDKs`;
    outputs.push(registeredBy(await check(name, node, [...args, 'kubernetes:context=main', 'shop:key=KEY'], at)));
  }
  return outputs;
}

/** The key by which Pulumi tells a secret from other values. */
const SECRET = '4dabf18193072939515e22adb298388d';

/** A program that makes the same resources with inputs that the compiler compares with the types of the SDKs, at every depth. */
const typedProgram = (resources) => {
  const lines = resources.map(({ type, name, inputs }) => {
    const [sdk, module, kind] = type.split(':');
    const [group, version] = module.split('/');
    const own = sdk === 'github' || !group.includes('.') || group.endsWith('.k8s.io');
    const path =
      sdk === 'github' ? `github.${kind}` : own ? `k8s.${group.split('.')[0]}.${version}.${kind}` : 'k8s.apiextensions.CustomResource';
    return `new ${path}(${JSON.stringify(name)}, ${JSON.stringify(inputs, (_, value) => (value?.[SECRET] === undefined ? value : value.value))});`;
  });
  return [`import * as github from '@pulumi/github';`, `import * as k8s from '@pulumi/kubernetes';`, ...lines, ''].join('\n');
};

const [newestSdks] = await registeredWith('the installed', runnable[0].at);
for (const [index, resources] of (await registeredWith('the oldest', oldest)).entries()) {
  const other = newestSdks.filter((resource, at) => JSON.stringify(resource) !== JSON.stringify(resources[at])).map(({ name }) => name);
  const problems = newestSdks.length === 0 ? 'nothing is registered' : other.join('\n');
  report(`Node ${Object.keys(nodes)[index]}: the oldest SDKs register what the installed ones do`, problems);
}
const registered = newestSdks.filter(({ type }) => /^(?:github|kubernetes):/.test(type));
writeFileSync(join(oldest, 'typed-program.ts'), typedProgram(registered));
await withSdks(`types: the ${registered.length} resources of that program, the oldest SDKs`, oldest, 'typed-program.ts');

finish();
