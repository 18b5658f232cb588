import type { DesiredDelivery, DesiredStep } from '../../desired/desired-state';
import { refuse } from '../../values/diagnostic';
import { pinned } from './pins';

/** Runner of every job, by version: another image is a change that people see. */
export const RUNNER = 'ubuntu-24.04';

/** An expression of GitHub Actions. Used in `with`, `env`, `if` and names alone; a shell gets its values from the environment. */
export function expression(text: string): string {
  return `\${{ ${text} }}`;
}

/** Fetches the repository and leaves no token behind; `history` brings all branches, tags and commits. */
export function checkout(props: { readonly ref?: string; readonly history?: boolean } = {}): DesiredStep {
  return {
    name: 'Check out',
    uses: pinned('actions/checkout'),
    with: {
      ...(props.ref === undefined ? {} : { ref: props.ref }),
      ...(props.history === true ? { 'fetch-depth': 0 } : {}),
      'persist-credentials': false,
    },
  };
}

/** Node without a cache: what another run left there would become part of this one. */
export const setUpNode: DesiredStep = {
  name: 'Set up Node',
  uses: pinned('actions/setup-node'),
  with: { 'node-version': '24', 'package-manager-cache': false },
};

/**
 * Installs what the lock file says. A job with credentials runs no script of any package (`scripts: false`).
 *
 * @throws InvalidValueError SG040 when the lock file is not npm's.
 */
export function installPackages(delivery: DesiredDelivery, props: { readonly scripts: boolean }): DesiredStep {
  const name = delivery.lockFile.slice(delivery.lockFile.lastIndexOf('/') + 1);
  if (name !== 'package-lock.json' && name !== 'npm-shrinkwrap.json') {
    refuse({
      code: 'SG040',
      name: 'unsupported-lock-file',
      path: delivery.repository,
      message: 'the workflows install with npm ci',
      given: delivery.lockFile,
      expected: 'package-lock.json or npm-shrinkwrap.json, in any folder',
      remedy: 'let npm write the lock file of the program',
    });
  }
  const folder = folderOf(delivery.lockFile);
  return {
    name: 'Install packages',
    run: `npm ci${props.scripts ? '' : ' --ignore-scripts'}${folder === '' ? '' : ' --prefix "$PACKAGES"'}`,
    ...(folder === '' ? {} : { env: { PACKAGES: folder } }),
  };
}

/**
 * The command line as the lock file has it, by its file: a name in `node_modules/.bin` may belong to any package that claims it, and what
 * `npx` does not find it fetches.
 */
export function commandLine(delivery: DesiredDelivery): string {
  const folder = folderOf(delivery.lockFile);
  return `node ${folder === '' ? '' : `${folder}/`}node_modules/stagegate/dist/cli/main.js`;
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

export interface AppTokenProps {
  /** Names of the variable and of the secret in the job's GitHub environment. */
  readonly appId: string;
  readonly privateKey: string;
  /** `owner/name`, all of one owner. */
  readonly repositories: readonly string[];
  /** By name of the permission, for instance `contents`. */
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
}

/** Id of the step that makes the token of an app. */
const TOKEN_STEP = 'app';

/** The token that {@link appToken} made. */
export const APP_TOKEN = expression(`steps.${TOKEN_STEP}.outputs.token`);

/** A token of a GitHub App for these repositories with these permissions and nothing else; it ends with the job. */
export function appToken({ appId, privateKey, repositories, permissions }: AppTokenProps): DesiredStep {
  const [owner = ''] = repositories[0]?.split('/') ?? [];
  return {
    name: 'Get a token of the app',
    id: TOKEN_STEP,
    uses: pinned('actions/create-github-app-token'),
    with: {
      'client-id': expression(`vars.${appId}`),
      'private-key': expression(`secrets.${privateKey}`),
      owner,
      repositories: repositories.map((repository) => repository.slice(owner.length + 1)).join(','),
      ...Object.fromEntries(Object.entries(permissions).map(([name, level]) => [`permission-${name}`, level])),
    },
  };
}

/** Hands files to another job, or to another run, for a few days. */
export function uploadArtifact(name: string, path: string): DesiredStep {
  return {
    name: 'Hand over',
    uses: pinned('actions/upload-artifact'),
    with: { name, path, 'if-no-files-found': 'error', 'retention-days': 7 },
  };
}

/** Takes what {@link uploadArtifact} handed over in this run. */
export function downloadArtifact(name: string, path: string): DesiredStep {
  return { name: 'Take over', uses: pinned('actions/download-artifact'), with: { name, path } };
}

/**
 * Takes what another run of the repository handed over, all artifacts whose names fit into one folder; no failure when there are none. What
 * is in them may come from a fork.
 */
export function downloadArtifactsOf(run: string, pattern: string, path: string): DesiredStep {
  return {
    name: 'Take over',
    uses: pinned('actions/download-artifact'),
    with: {
      pattern,
      path,
      'merge-multiple': true,
      'run-id': expression(run),
      'github-token': expression('github.token'),
    },
  };
}

/** A shell script: stops at the first error, an unset variable, or a failing part of a pipe. */
export function script(lines: readonly string[]): string {
  return `${['set -euo pipefail', ...lines].join('\n')}\n`;
}

/**
 * Refuses a declared command that GitHub would fill with values before the shell reads it: whoever chooses such a value, the title of a
 * pull request for instance, chooses what is run.
 *
 * @throws InvalidValueError SG043
 */
export function refuseExpression(command: string, subject: string, path: string): void {
  if (!command.includes('${{')) return;
  refuse({
    code: 'SG043',
    name: 'invalid-check-command',
    path,
    message: `the command of ${subject} holds an expression, whose value would become part of the script`,
    given: command,
    expected: 'a command without ${{ }}',
    remedy: 'read the variables of the run, for instance "$GITHUB_REF"',
  });
}
