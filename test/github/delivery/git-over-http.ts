import { spawn } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Host } from '../../../lib/delivery';
import { gitEnvironment, IDENTITY_VARIABLE } from '../../../lib/delivery/git/git-process';
import { may } from '../access';
import { nameOf, type Principal } from '../principals';
import type { Repository, World } from '../world';
import { type Behind, behind } from './behind';

/** A request below `/<owner>/<repository>.git`; its body is not read yet. */
export interface GitRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly pathname: string;
  /** With its question mark; empty when there is none. */
  readonly search: string;
  readonly caller: Principal | undefined;
  /** There was a token, and it is nobody's. */
  readonly badCredentials: boolean;
  readonly world: World;
}

type Service = 'git-upload-pack' | 'git-receive-pack';

const reading = { role: 'read', app: ['contents', 'read'] } as const;
const writing = { role: 'write', app: ['contents', 'write'] } as const;

/**
 * Git's smart protocol as GitHub serves it: the token is the password of basic authentication, what one may not see is not there, and a push
 * is judged by the hook of the local host on behalf of whoever the token belongs to.
 */
export async function handleGit(given: GitRequest): Promise<void> {
  const { request, response, pathname, search, world, caller } = given;
  const [, owner = '', name = '', rest = ''] = /^\/([^/]+)\/([^/]+?)(?:\.git)?\/(.+)$/.exec(pathname) ?? [];
  const advertising = rest === 'info/refs';
  const service = (advertising ? new URLSearchParams(search).get('service') : rest) as Service | null;
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return refuse(response, 403, 'Please upgrade your git client.');
  if (given.badCredentials)
    return askForToken(response, 'Invalid username or token. Password authentication is not supported for Git operations.');
  const repository = world.tryRepository(owner, name);
  if (repository === undefined || !may(repository, caller, reading))
    return caller === undefined ? askForToken(response, 'Repository not found.') : refuse(response, 404, 'Repository not found.');
  if (service === 'git-receive-pack' && caller === undefined) return askForToken(response, 'Authentication required.');
  if (service === 'git-receive-pack' && !may(repository, caller, writing)) {
    const who = caller === undefined ? '' : caller.kind === 'person' ? caller.login : `${nameOf(caller)}[bot]`;
    return refuse(response, 403, `Permission to ${repository.fullName}.git denied to ${who}.`);
  }
  const own = await behind(repository);
  const host = caller === undefined ? undefined : (await own.as(nameOf(caller))).host;
  response.writeHead(200, {
    'content-type': `application/x-${service}-${advertising ? 'advertisement' : 'result'}`,
    'cache-control': 'no-cache, max-age=0, must-revalidate',
  });
  const protocol = String(request.headers['git-protocol'] ?? '');
  if (advertising) {
    if (service === 'git-upload-pack' && /version=2/.test(protocol)) {
      response.end(await capabilities(own, protocol));
      return;
    }
    response.write(`${packet(`# service=${service}\n`)}0000`);
    await run(own, service, protocol, ['--http-backend-info-refs'], caller, undefined, response);
    response.end();
    return;
  }
  const body = request.headers['content-encoding'] === 'gzip' ? request.pipe(createGunzip()) : request;
  const heads = service === 'git-receive-pack' ? await branches(own) : new Map<string, string>();
  await run(own, service, protocol, [], caller, body, response);
  if (service === 'git-receive-pack' && host !== undefined) await closeGone(own, heads, host);
  response.end();
}

const known = new Map<string, Promise<Buffer>>();

/** What version 2 of the protocol begins with: what git can do, and no ref. It is asked once, as every read begins with it. */
function capabilities(own: Behind, protocol: string): Promise<Buffer> {
  const asked = known.get(protocol) ?? advertised(own, protocol);
  known.set(protocol, asked);
  return asked;
}

async function advertised(own: Behind, protocol: string): Promise<Buffer> {
  const parts = new PassThrough();
  await run(own, 'git-upload-pack', protocol, ['--http-backend-info-refs'], undefined, undefined, parts);
  parts.end();
  return Buffer.concat(await parts.toArray());
}

function packet(text: string): string {
  return `${(text.length + 4).toString(16).padStart(4, '0')}${text}`;
}

function askForToken(response: ServerResponse, text: string): void {
  response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"', 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}

function refuse(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain' });
  response.end(`${text}\n`);
}

async function run(
  own: Behind,
  service: Service,
  protocol: string,
  options: readonly string[],
  caller: Principal | undefined,
  body: NodeJS.ReadableStream | undefined,
  response: Writable,
): Promise<void> {
  const gitDir = own.at.folder.repository;
  const environment = gitEnvironment({
    ...(protocol === '' ? {} : { GIT_PROTOCOL: protocol }),
    ...(caller === undefined ? {} : { [IDENTITY_VARIABLE]: nameOf(caller) }),
  });
  const hooks = service === 'git-receive-pack' ? ['-c', `core.hooksPath=${await hookFolder(own.repository, gitDir)}`] : [];
  const args = [...hooks, service.replace(/^git-/, ''), '--stateless-rpc', ...options, gitDir];
  await new Promise<void>((resolve, reject) => {
    const child = spawn('git', args, { env: environment, stdio: ['pipe', 'pipe', 'ignore'] });
    child.on('error', reject);
    child.stdin.on('error', () => undefined);
    child.stdout.on('data', (chunk: Buffer) => response.write(chunk));
    child.on('close', () => resolve());
    if (body === undefined) child.stdin.end();
    else body.pipe(child.stdin);
  });
}

const folders = new WeakMap<Repository, Promise<string>>();

/** The hook of the local host with GitHub's words around what it says. */
function hookFolder(repository: Repository, gitDir: string): Promise<string> {
  const known = folders.get(repository) ?? makeHooks(repository, gitDir);
  folders.set(repository, known);
  return known;
}

async function makeHooks(repository: Repository, gitDir: string): Promise<string> {
  const folder = join(await repository.world.scratch(), `hooks-${repository.id}`);
  await mkdir(folder, { recursive: true });
  const hook = join(folder, 'pre-receive');
  await writeFile(
    hook,
    `#!/bin/sh
input=$(cat)
said=$(printf '%s\\n' "$input" | '${gitDir}/hooks/pre-receive' 2>&1) && exit 0
ref=$(printf '%s\\n' "$input" | head -n 1 | cut -d ' ' -f 3)
{
  echo "error: GH013: Repository rule violations found for $ref."
  echo "Review all repository rules at ${repository.world.url}${repository.fullName}/rules?ref=$ref"
  echo
  printf '%s\\n' "$said" | sed 's/^/- /'
} >&2
exit 1
`,
  );
  await chmod(hook, 0o755);
  return folder;
}

async function branches({ at }: Behind): Promise<ReadonlyMap<string, string>> {
  return new Map((await at.repository.refs('refs/heads/')).map(({ ref, commit }) => [ref.slice('refs/heads/'.length), commit]));
}

/** GitHub closes the pull requests whose head branch is deleted, and they stay closed. */
export async function closeGone(own: Behind, before: ReadonlyMap<string, string>, host: Host): Promise<void> {
  const after = await branches(own);
  const closing = host as Host & { closeHeadedBy(branch: string, head: string): Promise<void> };
  for (const [branch, head] of before) if (!after.has(branch)) await closing.closeHeadedBy(branch, head);
}
