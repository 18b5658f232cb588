import { execFile } from 'node:child_process';
import { createSign } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import { minimatch } from 'minimatch';
import { pinned } from '../../lib/compile/github/pins';
import { actionsOf } from '../github/actions/runs';
import type { Repository } from '../github/world';
import type { ArtifactStorage } from './artifact-storage';
import { unzipped } from './zip';

/** What a stubbed action is given. */
export interface ActionCall {
  readonly inputs: Readonly<Record<string, string>>;
  /** Folder of the checkout. */
  readonly workspace: string;
  /** Variables that a process of this step would have. */
  readonly environment: Readonly<Record<string, string>>;
  /** The token of the job. */
  readonly token: string;
  readonly repository: Repository;
  readonly run: number;
  readonly storage: ArtifactStorage;
}

/** A stub of an action: does what the rendered workflows use of it, and gives its outputs. It refuses inputs that it does not know. */
export type ActionStub = (call: ActionCall) => Promise<Readonly<Record<string, string>>>;

/** The actions that the runner knows. Any other one, and any other commit of these, fails the run. */
const STUBS: Readonly<Record<Parameters<typeof pinned>[0], ActionStub>> = {
  'actions/checkout': checkout,
  'actions/setup-node': setUpNode,
  'actions/upload-artifact': uploadArtifact,
  'actions/download-artifact': downloadArtifact,
  'actions/create-github-app-token': createAppToken,
};

/** @throws Error when there is no stub for exactly this action and commit */
export function stubOf(uses: string): ActionStub {
  const found = Object.entries(STUBS).find(([name]) => pinned(name as Parameters<typeof pinned>[0]).split(' ')[0] === uses);
  if (found === undefined) throw new Error(`the runner knows no action ${uses}`);
  return found[1];
}

function only(inputs: ActionCall['inputs'], ...known: readonly string[]): void {
  const unknown = Object.keys(inputs).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`Unexpected input(s) '${unknown.join("', '")}'`);
}

async function checkout({ inputs, workspace, environment, token, repository }: ActionCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, 'ref', 'fetch-depth', 'persist-credentials');
  const ref = inputs.ref ?? environment.GITHUB_REF ?? '';
  const header = `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const git = async (...args: string[]): Promise<void> => {
    await promisify(execFile)('git', args, { cwd: workspace, env: environment });
  };
  await git('init', '--quiet');
  await git('remote', 'add', 'origin', `${repository.world.url}${repository.fullName}.git`);
  if (/^refs\/pull\/\d+\/merge$/.test(ref)) {
    // What GitHub would merge: the emulator has no such refs, so that it is made here.
    const [base = '', head = ''] = [environment.GITHUB_BASE_REF, environment.GITHUB_SHA];
    await git(
      '-c',
      `http.extraheader=${header}`,
      'fetch',
      '--quiet',
      '--no-tags',
      'origin',
      `+refs/heads/${base}:refs/remotes/origin/${base}`,
      head,
    );
    await git('checkout', '--quiet', '--detach', `refs/remotes/origin/${base}`);
    await git('-c', 'user.name=GitHub', '-c', 'user.email=noreply@github.com', 'merge', '--quiet', '--no-ff', '--no-edit', head);
    return {};
  }
  const isCommit = /^[0-9a-f]{40}$/.test(ref);
  const everything = ['+refs/heads/*:refs/remotes/origin/*', '+refs/tags/*:refs/tags/*'];
  const wanted = isCommit ? [ref] : [`+${ref}:refs/remotes/origin/${ref.replace(/^refs\/heads\//, '')}`];
  const depth = inputs['fetch-depth'] === '0' ? everything : ['--depth=1', ...wanted];
  await git('-c', `http.extraheader=${header}`, 'fetch', '--quiet', '--no-tags', 'origin', ...depth);
  await git('checkout', '--quiet', '--detach', isCommit ? ref : `refs/remotes/origin/${ref.replace(/^refs\/heads\//, '')}`);
  if (inputs['persist-credentials'] !== 'false') await git('config', 'http.extraheader', header);
  return {};
}

/** Node is that of the tests. */
async function setUpNode({ inputs }: ActionCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, 'node-version', 'package-manager-cache');
  return {};
}

async function uploadArtifact({ inputs, workspace, repository, run, storage }: ActionCall): Promise<Readonly<Record<string, string>>> {
  only(inputs, 'name', 'path', 'if-no-files-found', 'retention-days');
  const path = resolve(workspace, inputs.path ?? '');
  const files = new Map<string, Buffer>();
  if (existsSync(path)) {
    const [folder, found] = statSync(path).isFile() ? [dirname(path), [path]] : [path, filesBelow(path)];
    for (const file of found) files.set(relative(folder, file).replaceAll(sep, '/'), readFileSync(file));
  }
  if (files.size === 0 && inputs['if-no-files-found'] === 'error')
    throw new Error(`No files were found with the provided path: ${inputs.path}`);
  storage.store(repository, run, inputs.name ?? 'artifact', files);
  return {};
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Of the own run without asking anybody; of another one over the interface of GitHub, with a token that may read it. */
async function downloadArtifact(call: ActionCall): Promise<Readonly<Record<string, string>>> {
  const { inputs, workspace } = call;
  only(inputs, 'name', 'path', 'pattern', 'merge-multiple', 'run-id', 'github-token');
  const all =
    inputs['run-id'] === undefined ? ownArtifacts(call) : await foreignArtifacts(call, inputs['run-id'], inputs['github-token'] ?? '');
  const chosen = all.filter(({ name }) => (inputs.name === undefined ? minimatch(name, inputs.pattern ?? '*') : name === inputs.name));
  if (inputs.name !== undefined && chosen.length === 0)
    throw new Error(`Unable to download artifact(s): Artifact not found for name: ${inputs.name}`);
  for (const { name, archive } of chosen) {
    const isOne = inputs.name !== undefined || inputs['merge-multiple'] === 'true';
    const folder = join(resolve(workspace, inputs.path ?? '.'), isOne ? '' : name);
    for (const [path, content] of unzipped(await archive())) {
      const target = resolve(folder, path);
      if (!target.startsWith(folder + sep)) throw new Error(`Invalid filename: ${path}`);
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
  }
  return {};
}

interface Downloadable {
  readonly name: string;
  readonly archive: () => Promise<Buffer>;
}

function ownArtifacts({ repository, run }: ActionCall): readonly Downloadable[] {
  const own = [...actionsOf(repository).artifacts.values()].filter((one) => one.run === run);
  return own.map(({ name, archive }) => ({ name, archive: async () => archive }));
}

async function foreignArtifacts({ repository }: ActionCall, run: string, token: string): Promise<readonly Downloadable[]> {
  const { artifacts } = (await called(repository, token, `GET /actions/runs/${run}/artifacts?per_page=100`)) as {
    readonly artifacts: readonly { readonly name: string; readonly archive_download_url: string }[];
  };
  return artifacts.map(({ name, archive_download_url }) => ({
    name,
    async archive() {
      const found = await fetch(archive_download_url, { headers: { authorization: `Bearer ${token}` }, redirect: 'manual' });
      const location = found.headers.get('location');
      if (found.status !== 302 || location === null) throw new Error(`GitHub answered ${found.status}: ${await found.text()}`);
      return Buffer.from(await (await fetch(location)).arrayBuffer());
    },
  }));
}

async function createAppToken({ inputs, repository }: ActionCall): Promise<Readonly<Record<string, string>>> {
  const { 'client-id': id = '', 'private-key': key = '', owner = '', repositories = '', ...rest } = inputs;
  const permissions = Object.entries(rest).map(([name, level]) => [name.replace(/^permission-/, '').replaceAll('-', '_'), level]);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const now = Math.floor(repository.world.clock() / 1000);
  const unsigned = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: id, iat: now - 30, exp: now + 300 })}`;
  const token = `${unsigned}.${createSign('RSA-SHA256').update(unsigned).sign(key, 'base64url')}`;
  const names = repositories.split(',');
  const home = repository.world.repository(owner, names[0] ?? '');
  const installation = (await called(home, token, 'GET /installation')) as { readonly id: number };
  const made = await fetch(`${repository.world.url}api/v3/app/installations/${installation.id}/access_tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: JSON.stringify({ repositories: names, permissions: Object.fromEntries(permissions) }),
  });
  if (made.status !== 201) throw new Error(`GitHub answered ${made.status}: ${await made.text()}`);
  return { token: ((await made.json()) as { readonly token: string }).token };
}

/** Calls a route of a repository. */
export async function called(repository: Repository, token: string, call: string, body?: unknown): Promise<unknown> {
  const [method = '', path = ''] = call.split(' ', 2);
  const response = await fetch(`${repository.world.url}api/v3/repos/${repository.fullName}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${call}: GitHub answered ${response.status}: ${text}`);
  return JSON.parse(text);
}

/** Programs of a runner that stand in for those of GitHub's image, by name: a script for bash. */
export function installPrograms(folder: string, programs: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(folder, name), `#!/usr/bin/env bash\nset -euo pipefail\n${script}`, { mode: 0o755 });
}
