import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, stringify } from 'yaml';
import { program } from '../programs';
import { openScratch, type Scratch } from '../scratch';
import { type Outcome, outcomeOf } from './events';
import { layOutPlugins, type Plugin } from './plugins';
import { readState, type StackState } from './state';

export { announced, registeredBelow } from './announced';
export { type Diagnostic, done, messages, type Outcome, type Step } from './events';
export type { StackState, StateResource } from './state';

const root = join(__dirname, '..', '..', '..', '..');

export interface PulumiOptions {
  /** Path of the kubeconfig that programs find in `KUBECONFIG`. @default none */
  readonly kubeconfig?: string;
  /** Folder of the package that programs import as `stagegate`. @default this repository, with what was last built */
  readonly stagegate?: string;
  /** Set for every command, for instance what the GitHub provider is told. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Takes what is to be said of the engine and its plugins. @default to the console */
  readonly print?: (line: string) => void;
}

/** The Pulumi command line with plugins, a backend in a folder and a passphrase of its own. */
export interface Pulumi {
  /** Temporary folder for the test's own files; gone after `stop`. */
  readonly folder: string;
  readonly plugins: readonly Plugin[];
  /**
   * A project folder with these files, beside which everything is installed that this repository has installed, and `stagegate`.
   * A value is the text of a file, or `{ from }`: a file or folder of this repository.
   */
  project(name: string, files: Readonly<Record<string, string | { readonly from: string }>>): Project;
  /** Ends what runs and removes every file. */
  stop(): Promise<void>;
}

export interface Project {
  readonly folder: string;
  /** Writes a file, or changes it. */
  write(path: string, text: string | ((before: string) => string)): void;
  /** Makes a stack; plain configuration is added to what the stack's file has, secrets are encrypted there. */
  stack(name: string, config?: StackConfig): Promise<Stack>;
}

export interface StackConfig {
  /** By full key, such as `github:owner`. @default {} */
  readonly config?: Readonly<Record<string, unknown>>;
  /** @default {} */
  readonly secrets?: Readonly<Record<string, string>>;
}

export interface RunOptions {
  /** More arguments, such as `--expect-no-changes`. @default none */
  readonly args?: readonly string[];
  /** Set for this command alone. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the command, as `kill -9` does. @default never */
  readonly killed?: AbortSignal;
}

/** How a command of Pulumi ended. */
export interface Run extends Outcome {
  /** Exit code, or the signal that ended it. */
  readonly code: number | NodeJS.Signals;
  /** All that it printed. */
  readonly text: string;
}

export interface Stack {
  readonly name: string;
  up(options?: RunOptions): Promise<Run>;
  preview(options?: RunOptions): Promise<Run>;
  refresh(options?: RunOptions): Promise<Run>;
  destroy(options?: RunOptions): Promise<Run>;
  /** Takes an object that exists into the state; what it is and where it belongs are arguments. */
  import(options: RunOptions): Promise<Run>;
  /** Clears the lock that a killed run left. @throws when the command fails */
  cancel(): Promise<void>;
  /** What the stack gives, secrets as `[secret]`. @throws when the command fails */
  outputs(): Promise<Readonly<Record<string, unknown>>>;
  /** The state as the backend holds it. */
  state(): StackState;
  /** Encrypts a value into the configuration. @throws when the command fails */
  secret(key: string, value: string): Promise<void>;
  /** Sets keys of the configuration; undefined removes one. */
  configure(config: Readonly<Record<string, unknown>>): void;
}

/** Sets up Pulumi in a temporary folder. Stop it in `afterAll`. */
export function startPulumi({ kubeconfig, stagegate = root, env = {}, print = console.log }: PulumiOptions = {}): Pulumi {
  const scratch = openScratch();
  const home = join(scratch.folder, 'pulumi');
  const plugins = layOutPlugins(home);
  const backend = join(scratch.folder, 'backend');
  mkdirSync(backend);
  installModules(join(scratch.folder, 'node_modules'), stagegate);

  const settings = {
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${backend}`,
    PULUMI_CONFIG_PASSPHRASE: 'a passphrase of the test bed',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    PULUMI_IGNORE_AMBIENT_PLUGINS: 'true',
    PULUMI_CREDENTIAL_STORE: 'plaintext',
    // The log of the engine's events is an option of these.
    PULUMI_DEBUG_COMMANDS: 'true',
    // Putting an unresolved output into a string is an error.
    PULUMI_ERROR_OUTPUT_STRING: '1',
    // Types are checked by the compiler, once.
    PULUMI_NODEJS_TRANSPILE_ONLY: 'true',
    ...(kubeconfig === undefined ? {} : { KUBECONFIG: kubeconfig }),
    ...env,
  };
  const lines = plugins.map(({ name, is }) => `  ${name}: ${is}`);
  print([`Pulumi of ${program('pulumi')}; its plugins:`, ...lines].join('\n'));

  return {
    folder: scratch.folder,
    plugins,
    project: (name, files) => openProject({ scratch, backend, settings }, name, files),
    stop: scratch.stop,
  };
}

/** Everything that is installed here, and `stagegate`, as a folder of links: programs resolve them as guests do. */
function installModules(folder: string, stagegate: string): void {
  const modules = join(root, 'node_modules');
  mkdirSync(folder);
  for (const name of readdirSync(modules)) if (!name.startsWith('.')) symlinkSync(join(modules, name), join(folder, name));
  symlinkSync(stagegate, join(folder, 'stagegate'));
}

interface Setting {
  readonly scratch: Scratch;
  readonly backend: string;
  readonly settings: Readonly<Record<string, string>>;
}

function openProject(setting: Setting, name: string, files: Parameters<Pulumi['project']>[1]): Project {
  const folder = join(setting.scratch.folder, 'projects', name);
  const write: Project['write'] = (path, text) => {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof text === 'string' ? text : text(readFileSync(file, 'utf8')));
  };
  write('Pulumi.yaml', stringify({ name, runtime: 'nodejs' }));
  write('package.json', JSON.stringify({ name, private: true }));
  const compilerOptions = {
    target: 'ES2022',
    module: 'node16',
    moduleResolution: 'node16',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions }));
  for (const [path, source] of Object.entries(files)) {
    if (typeof source === 'string') write(path, source);
    else cpSync(join(root, source.from), join(folder, path), { recursive: true });
  }
  return { folder, write, stack: (stack, config) => openStack(setting, { name, folder }, stack, config) };
}

async function openStack(
  { scratch, backend, settings }: Setting,
  project: { readonly name: string; readonly folder: string },
  name: string,
  { config = {}, secrets = {} }: StackConfig = {},
): Promise<Stack> {
  const pulumi = async (
    args: readonly string[],
    { env, killed, input }: RunOptions & { readonly input?: string } = {},
  ): Promise<Omit<Run, keyof Outcome>> => {
    const all = [...args, '--stack', name, '--non-interactive', '--color', 'never'];
    const { code, stdout, stderr } = await scratch.run({
      command: program('pulumi'),
      args: all,
      cwd: project.folder,
      env: { ...settings, ...env },
      ...(input === undefined ? {} : { input }),
      ...(killed === undefined ? {} : { killed }),
    });
    return { code, text: [stdout, stderr].filter(Boolean).join('\n').trim() };
  };
  const demand = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, text } = await pulumi(args, input === undefined ? {} : { input });
    if (code !== 0) throw new Error(`pulumi ${args.join(' ')} ended with ${code}\n${text}`);
    return text;
  };
  let runs = 0;
  const engine =
    (...command: readonly string[]) =>
    async (options: RunOptions = {}): Promise<Run> => {
      runs += 1;
      const log = join(scratch.folder, `${project.name}-${name}-${runs}.events`);
      writeFileSync(log, '');
      const ended = await pulumi([...command, '--event-log', log, ...(options.args ?? [])], options);
      const outcome = outcomeOf(readFileSync(log, 'utf8'));
      rmSync(log);
      return { ...ended, ...outcome };
    };

  const file = join(project.folder, `Pulumi.${name}.yaml`);
  const configure = (values: Readonly<Record<string, unknown>>): void => {
    const { config: before = {}, ...rest }: { config?: Record<string, unknown> } = parse(readFileSync(file, 'utf8')) ?? {};
    const kept = Object.entries({ ...before, ...values }).filter(([, value]) => value !== undefined);
    writeFileSync(file, stringify({ ...rest, config: Object.fromEntries(kept) }));
  };
  writeFileSync(file, '', { flag: 'a' });
  configure(config);
  await demand(['stack', 'init', '--no-select']);
  const secret = async (key: string, value: string): Promise<void> => {
    await demand(['config', 'set', '--secret', key], value);
  };
  for (const [key, value] of Object.entries(secrets)) await secret(key, value);

  return {
    name,
    up: engine('up', '--yes', '--skip-preview'),
    preview: engine('preview'),
    refresh: engine('refresh', '--yes', '--skip-preview'),
    destroy: engine('destroy', '--yes', '--skip-preview'),
    import: engine('import', '--yes', '--skip-preview', '--generate-code=false'),
    async cancel() {
      await demand(['cancel', '--yes']);
    },
    async outputs() {
      return JSON.parse(await demand(['stack', 'output', '--json']));
    },
    state: () => readState(join(backend, '.pulumi', 'stacks', project.name, `${name}.json`)),
    secret,
    configure,
  };
}
