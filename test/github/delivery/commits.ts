import type { StoredCommit } from '../../../lib/delivery';
import { git } from '../../../lib/delivery/git/git-process';
import { lines } from '../../../lib/delivery/git/git-repository';
import { page } from '../pagination';
import { ApiError, type ApiRequest, type ApiResponse, notFound, ok, type Route } from '../route';
import { type Behind, looking, timeText } from './behind';
import { tryAuthor } from './people';

export const commitRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits/{ref}',
    async handle(request) {
      const own = await looking(request, 'contents');
      const body = await commitBody(own, await commitOf(own, request.params.ref ?? ''));
      return ok({ ...body, stats: { additions: 0, deletions: 0, total: 0 }, files: [] });
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/commits',
    async handle(request) {
      const own = await looking(request, 'contents');
      const from = await commitOf(own, String(request.query.sha ?? own.repository.defaultBranch));
      const all = await own.at.repository.between(undefined, from.id, 10_000);
      const { items, headers } = page(request, all);
      return { ...ok(await Promise.all(items.map((commit) => commitBody(own, commit)))), headers };
    },
  },
  { method: 'GET', path: '/repos/{owner}/{repo}/compare/{basehead}', handle: compare },
  // The path is described twice.
  { method: 'GET', path: '/repos/{owner}/{repo}/compare/{base}...{head}', handle: compare },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/contents/{path}',
    async handle(request) {
      const own = await looking(request, 'contents');
      return contents(own, await commitOf(own, String(request.query.ref ?? own.repository.defaultBranch)), request.params.path ?? '');
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/branches',
    async handle(request) {
      const own = await looking(request, 'contents');
      const all = await own.at.repository.refs('refs/heads/');
      const { items, headers } = page(request, all);
      const bodies = items.map(({ ref, commit }) => ({
        name: ref.slice('refs/heads/'.length),
        commit: { sha: commit, url: `${apiOf(own)}/commits/${commit}` },
        protected: false,
      }));
      return { ...ok(bodies), headers };
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/branches/{branch}',
    async handle(request) {
      const own = await looking(request, 'contents');
      const branch = request.params.branch ?? '';
      const commit = await own.at.repository.tryRef(`refs/heads/${branch}`);
      if (commit === undefined) notFound('Branch not found');
      const url = `${apiOf(own)}/branches/${branch}`;
      return ok({
        name: branch,
        commit: await commitBody(own, await own.at.repository.commit(commit)),
        _links: { self: url, html: `${pageOf(own)}/tree/${branch}` },
        protected: false,
        protection: { enabled: false },
        protection_url: `${url}/protection`,
      });
    },
  },
];

export function apiOf({ repository }: Behind): string {
  return `${repository.world.url}api/v3/repos/${repository.fullName}`;
}

export function pageOf({ repository }: Behind): string {
  return `${repository.world.url}${repository.fullName}`;
}

/** The commit of a branch, tag or id. */
export async function commitOf({ at }: Behind, ref: string): Promise<StoredCommit> {
  const name = ref.replace(/^refs\//, '');
  for (const full of [`refs/heads/${name}`, `refs/tags/${name}`, `refs/${name}`]) {
    const found = await at.repository.tryRef(full);
    if (found !== undefined) return at.repository.commit(found);
  }
  const found = await at.repository.tryCommit(ref);
  if (found !== undefined) return found;
  throw new ApiError(422, `No commit found for SHA: ${ref}`);
}

export async function commitBody(
  own: Behind,
  { id, tree, parents, author, message, at }: StoredCommit,
): Promise<Readonly<Record<string, unknown>>> {
  const { world } = own.repository;
  const url = `${apiOf(own)}/commits/${id}`;
  const address = await own.at.repository.authorAddress(id);
  const user = { name: author, email: address, date: timeText(at) };
  const account = tryAuthor(world, author, address);
  return {
    url,
    sha: id,
    node_id: `C_${id}`,
    html_url: `${pageOf(own)}/commit/${id}`,
    comments_url: `${url}/comments`,
    commit: {
      author: user,
      committer: user,
      comment_count: 0,
      message,
      tree: { sha: tree, url: `${apiOf(own)}/git/trees/${tree}` },
      url: `${apiOf(own)}/git/commits/${id}`,
    },
    author: account,
    committer: account,
    parents: parents.map((parent) => ({
      sha: parent,
      url: `${apiOf(own)}/commits/${parent}`,
      html_url: `${pageOf(own)}/commit/${parent}`,
    })),
  };
}

async function compare(request: ApiRequest): Promise<ApiResponse> {
  const own = await looking(request, 'contents');
  const { basehead, base: before, head: after } = request.params;
  const [from = '', to = ''] = basehead === undefined ? [before, after] : basehead.split('...');
  const [base, head] = [await compared(own, from), await compared(own, to)];
  const { repository } = own.at;
  const common = await repository.tryMergeBase(base.id, head.id);
  if (common === undefined) notFound(`No common ancestor between ${from} and ${to}.`);
  const ahead = [...(await repository.between(base.id, head.id, 10_000))].reverse();
  const behind = await repository.between(head.id, base.id, 10_000);
  const url = `${apiOf(own)}/compare/${from}...${to}`;
  const html = `${pageOf(own)}/compare/${from}...${to}`;
  const { items, headers } = page(request, ahead);
  const status = ahead.length > 0 ? (behind.length > 0 ? 'diverged' : 'ahead') : behind.length > 0 ? 'behind' : 'identical';
  return {
    ...ok({
      url,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: await commitBody(own, base),
      merge_base_commit: await commitBody(own, await repository.commit(common)),
      status,
      ahead_by: ahead.length,
      behind_by: behind.length,
      total_commits: ahead.length,
      commits: await Promise.all(items.map((commit) => commitBody(own, commit))),
      files: [],
    }),
    headers,
  };
}

/** A comparison knows no commit by 404, where other calls say 422. */
async function compared(own: Behind, ref: string): Promise<StoredCommit> {
  return commitOf(own, ref).catch(() => notFound());
}

async function contents(own: Behind, commit: StoredCommit, path: string): Promise<ApiResponse> {
  const gitDir = own.at.folder.repository;
  const file = await own.at.repository.tryFile(commit.id, path);
  const entry = (name: string, type: string, sha: string, size: number): Readonly<Record<string, unknown>> => {
    const at = [path, name].filter((part) => part !== '').join('/');
    const self = `${apiOf(own)}/contents/${at}?ref=${commit.id}`;
    const html = `${pageOf(own)}/blob/${commit.id}/${at}`;
    const object = `${apiOf(own)}/git/${type === 'dir' ? 'trees' : 'blobs'}/${sha}`;
    return {
      type,
      size,
      name: at.split('/').at(-1),
      path: at,
      sha,
      url: self,
      git_url: object,
      html_url: html,
      download_url: type === 'dir' ? null : `${pageOf(own)}/raw/${commit.id}/${at}`,
      _links: { self, git: object, html },
    };
  };
  if (file !== undefined) {
    const sha = (await git(['rev-parse', `${commit.id}:${path}`], { gitDir })).trim();
    const content = `${Buffer.from(file, 'utf8').toString('base64')}\n`;
    return ok({ ...entry('', 'file', sha, Buffer.byteLength(file)), content, encoding: 'base64' });
  }
  if ((await own.at.repository.tryTree(commit.id, path)) === undefined) notFound();
  const listed = lines(await git(['ls-tree', '--long', `${commit.id}:${path}`], { gitDir }));
  return ok(
    listed.map((line) => {
      const [, type = '', sha = '', size = '', name = ''] = /^\d+ (\w+) (\w+) +(\S+)\t(.*)$/.exec(line) ?? [];
      return entry(name, type === 'tree' ? 'dir' : 'file', sha, Number(size) || 0);
    }),
  );
}
