/**
 * Stands in for pulumi-language-nodejs: tells the engine which packages with resources are installed, and runs the program with the
 * SDK's own runner. It installs nothing and makes no projects.
 *
 *   node language-host.mjs ENGINE
 */

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { answer, Empty, messages, serve } from './plugin.mjs';

const language = messages('language_pb');
const { LanguageRuntimeService } = messages('language_grpc_pb');
const { PackageDependency, PluginInfo } = messages('plugin_pb');

/** The program ended with this code after it had shown the error itself. */
const ERROR_SHOWN = 32;

let [engine] = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
let running;

/** Packages that the program could import and whose package.json says that they have resources; the nearest of each name. */
function resourcePackages(folder) {
  const found = new Map();
  for (let at = folder; ; at = dirname(at)) {
    for (const name of packageNames(join(at, 'node_modules'))) {
      const file = join(at, 'node_modules', name, 'package.json');
      const { pulumi, version } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
      if (pulumi?.resource !== true || found.has(name)) continue;
      found.set(name, { Name: pulumi.name ?? name.replace(/^@pulumi\//, ''), Version: `v${pulumi.version ?? version}` });
    }
    if (dirname(at) === at) return [...found.values()];
  }
}

function packageNames(modules) {
  if (!existsSync(modules)) return [];
  return readdirSync(modules).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
}

/** Runs the program; the answer says whether it failed, and whether it has shown why. */
async function run(request) {
  const info = request.getInfo();
  const options = info.getOptions()?.toJavaScript() ?? {};
  const folder = info.getProgramDirectory();
  const flags = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    'root-directory': info.getRootDirectory(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    parallel: String(request.getParallel()),
  };
  const args = [
    // The SDK sets it as it loads, and what was compiled without it would be of no use the next time.
    '--allow-natives-syntax',
    ...['keep-code.cjs', 'load-late.cjs'].flatMap((file) => ['--require', fileURLToPath(new URL(file, import.meta.url))]),
    ...(options.nodeargs === undefined ? [] : String(options.nodeargs).split(' ')),
    createRequire(join(folder, 'index.js')).resolve('@pulumi/pulumi/cmd/run'),
    ...Object.entries(flags).flatMap(([name, value]) => (value === '' ? [] : [`--${name}=${value}`])),
    ...(request.getDryrun() ? ['--dry-run'] : []),
    info.getEntryPoint() || '.',
    ...request.getArgsList(),
  ];
  const env = {
    ...process.env,
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().toArray())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    PULUMI_NODEJS_TYPESCRIPT: String(options.typescript ?? true),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
  const code = await new Promise((resolve, reject) => {
    running = spawn(process.execPath, args, { cwd: request.getPwd() || folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
    running.on('error', reject);
    running.on('exit', (status, signal) => resolve(status ?? signal));
  });
  running = undefined;
  if (code === ERROR_SHOWN) return answer(language.RunResponse, { Bail: true });
  return answer(language.RunResponse, { Error: code === 0 ? undefined : `the program ended with ${code}` });
}

process.on('exit', () => running?.kill('SIGKILL'));

serve({
  service: LanguageRuntimeService,
  calls: {
    handshake(request) {
      engine = request.getEngineAddress() || engine;
      return answer(language.LanguageHandshakeResponse);
    },
    getPluginInfo: () => answer(PluginInfo, { Version: '3.0.0' }),
    getRequiredPackages(request) {
      const packages = resourcePackages(request.getInfo().getProgramDirectory());
      const dependencies = packages.map((fields) => answer(PackageDependency, { ...fields, Kind: 'resource' }));
      return answer(language.GetRequiredPackagesResponse, { PackagesList: dependencies });
    },
    about: () => answer(language.AboutResponse, { Executable: process.execPath, Version: process.version }),
    getProgramDependencies: () => answer(language.GetProgramDependenciesResponse),
    run,
    cancel() {
      running?.kill('SIGINT');
      return new Empty();
    },
  },
  streams: {
    installDependencies: (stream) => stream.end(),
  },
});
