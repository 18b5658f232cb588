import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type GitHub, startGitHub } from '../github';
import { forkOf } from '../github/actions/forks';
import { calling } from '../github/calling';
import { folderWith, removeFolders } from './calling';

export const REPOSITORY = 'acme/shop';

export interface OpenedPullRequest {
  readonly number: number;
  /** The commit. */
  readonly head: string;
  readonly branch: string;
}

/** A public repository on the emulator with a fork of mallory's, and a clone to work in. */
export interface PullRequests {
  readonly github: GitHub;
  /** The commit that every pull request leaves `main` at. */
  readonly left: string;
  /** A pull request with one commit, by alice from a branch or by mallory from her fork. */
  opened(by?: 'alice' | 'mallory', names?: { readonly branch?: string; readonly title?: string }): Promise<OpenedPullRequest>;
  /** An empty commit on what was opened last. */
  commit(message: string): Promise<string>;
  push(login: string, repository: string, branch: string): Promise<void>;
  comments(number: number): Promise<readonly { readonly id: number; readonly body: string; readonly user: { readonly login: string } }[]>;
  /** The variables of a call as somebody. */
  environment(login?: string): Readonly<Record<string, string>>;
  /** The variables of a job that a run has started after it compared a pull request. */
  afterRun(
    folder: string,
    head: { readonly commit: string; readonly branch: string; readonly repository?: string },
    run?: { readonly number: number; readonly attempt: number },
  ): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function startPullRequests(): Promise<PullRequests> {
  const github = await startGitHub({
    people: {
      repository: REPOSITORY,
      people: { ada: { role: 'admin', owner: true }, alice: { role: 'write' }, mallory: { role: 'read' } },
      teams: {},
      apps: { 'github-actions': { id: 15368 }, 'acme-delivery': { id: 1001 } },
    },
    repositories: [{ name: REPOSITORY, visibility: 'public' }],
    users: ['mallory'],
  });
  const work = folderWith({ 'README.md': 'shop\n' });

  // Never in the way of the event loop: the server that is pushed to lives in it.
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: work })).stdout.trim();
  const commit = async (message: string): Promise<string> => {
    await git('add', '.');
    await git('commit', '--quiet', '--allow-empty', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  const push = async (login: string, repository: string, branch: string): Promise<void> => {
    const address = github.url.replace('//', `//x:${github.token(login)}@`);
    await git('push', '--quiet', '--force', `${address}${repository}.git`, `HEAD:refs/heads/${branch}`);
  };
  const environment = (login = 'alice') => ({
    GITHUB_TOKEN: github.token(login),
    GITHUB_API_URL: `${github.url}api/v3`,
    GITHUB_SERVER_URL: github.url.slice(0, -1),
    GITHUB_REPOSITORY: REPOSITORY,
  });

  await git('init', '--quiet', '--initial-branch', 'main');
  const left = await commit('begin');
  await push('alice', REPOSITORY, 'main');
  await forkOf(github.world, github.world.repository('acme', 'shop'), 'mallory');
  let count = 0;
  return {
    github,
    left,
    commit,
    push,
    environment,
    async opened(by = 'alice', names = {}) {
      count += 1;
      const branch = `${names.branch ?? 'change'}-${count}`;
      await git('checkout', '--quiet', '-B', branch, left);
      const head = await commit(branch);
      await push(by, by === 'alice' ? REPOSITORY : 'mallory/shop', branch);
      const answer = await calling(() => github, by)('POST /repos/acme/shop/pulls', {
        title: names.title ?? branch,
        head: by === 'alice' ? branch : `mallory:${branch}`,
        base: 'main',
      });
      expect(answer.status).toBe(201);
      return { number: Number(answer.body.number), head, branch };
    },
    async comments(number) {
      const answer = await calling(() => github)(`GET /repos/acme/shop/issues/${number}/comments?per_page=100`);
      return answer.body as never;
    },
    afterRun(folder, head, run = { number: 5, attempt: 1 }) {
      const event = {
        workflow_run: {
          head_sha: head.commit,
          head_branch: head.branch,
          head_repository: head.repository === undefined ? null : { full_name: head.repository },
          run_number: run.number,
          run_attempt: run.attempt,
          html_url: `${github.url}acme/shop/actions/runs/77`,
        },
      };
      writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
      const variables = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'workflow_run', GITHUB_EVENT_PATH: join(folder, 'event.json') };
      return { ...environment('github-actions'), ...variables };
    },
    async close() {
      expect(github.problems).toEqual([]);
      await github.close();
      removeFolders();
    },
  };
}
