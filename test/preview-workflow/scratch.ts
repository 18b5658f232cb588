import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type BuiltPackage, builtPackage } from '../built-package';
import { call } from '../cli/calling';
import { type GitHub, startGitHub } from '../github';
import { forkOf } from '../github/actions/forks';
import { calling } from '../github/calling';
import { type FinishedRun, type Runner, startRunner } from '../workflow-runner';

export const REPOSITORY = 'lebrick07/openluffy';
const example = join(__dirname, '..', '..', 'examples', '01-openluffy');

/** OpenLuffy's delivery repository on the emulator, with the rendered workflows of previews; a fork of it, and a clone to work in. */
export interface Scratch {
  readonly github: GitHub;
  readonly runner: Runner;
  /** Opens a pull request that changes these files: a text, or what is done to the text that is there. */
  open(by: 'alice' | 'mallory' | 'dependabot', files: Readonly<Record<string, string>>, names?: OpenedNames): Promise<OpenedPullRequest>;
  comments(number: number): Promise<readonly PostedComment[]>;
  /** What GitHub shows of a commit beside its files: the annotations of all jobs. */
  annotations(commit: string): Promise<readonly { readonly path: string; readonly title: string | null; readonly message: string }[]>;
  close(): Promise<void>;
}

export interface OpenedNames {
  /** @default one of its own */
  readonly branch?: string;
  /** @default the branch */
  readonly title?: string;
}

export interface OpenedPullRequest {
  readonly number: number;
  readonly branch: string;
  head: string;
  /** Another commit on the branch; what the program renders is committed with it, unless said otherwise. */
  push(files: Readonly<Record<string, string>>, props?: { readonly isRendered?: boolean }): Promise<void>;
  /** What GitHub Actions does about the present head. */
  run(): Promise<readonly FinishedRun[]>;
}

export interface PostedComment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

export interface ScratchProps {
  readonly variables?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly programs?: Readonly<Record<string, string>>;
}

export async function startScratch(props: ScratchProps = {}): Promise<Scratch> {
  const github = await startGitHub({
    people: {
      repository: REPOSITORY,
      people: { ada: { role: 'admin', owner: true }, alice: { role: 'write' }, mallory: { role: 'read' } },
      teams: {},
      apps: { 'github-actions': { id: 15368 }, dependabot: { id: 29110 } },
    },
    repositories: [{ name: REPOSITORY, visibility: 'public' }],
    users: ['mallory'],
  });
  const built = builtPackage();
  const work = mkdtempSync(join(tmpdir(), 'stagegate-preview-'));
  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: work })).stdout.trim();
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    }
  };
  const commit = async (message: string): Promise<string> => {
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  const push = async (login: string, repository: string, branch: string): Promise<void> => {
    const address = github.url.replace('//', `//x:${github.token(login)}@`);
    await git('push', '--quiet', '--force', `${address}${repository}.git`, `HEAD:refs/heads/${branch}`);
  };

  await git('init', '--quiet', '--initial-branch', 'main');
  for (const file of ['platform.ts', 'images.yaml', 'values.yaml']) cpSync(join(example, file), join(work, file));
  write({ '.gitignore': 'node_modules\n', 'package.json': '{ "private": true }\n', 'package-lock.json': '{}\n' });
  await render(work);
  const main = await commit('OpenLuffy');
  await push('ada', REPOSITORY, 'main');
  await forkOf(github.world, github.world.repository('lebrick07', 'openluffy'), 'mallory');
  const runner = await startRunner({
    ...props,
    github,
    repository: REPOSITORY,
    programs: { npm: npm(built), make: 'true\n', ...props.programs },
  });

  let count = 0;
  return {
    github,
    runner,
    async open(by, files, names = {}) {
      count += 1;
      const branch = names.branch ?? `change-${count}`;
      const home = by === 'mallory' ? 'mallory/openluffy' : REPOSITORY;
      await git('checkout', '--quiet', '-B', branch, main);
      write(files);
      if (files['platform.ts'] !== undefined) await render(work);
      const head = await commit(branch);
      await push(by, home, branch);
      const given = { title: names.title ?? branch, head: by === 'mallory' ? `mallory:${branch}` : branch, base: 'main' };
      const answer = await calling(() => github, by)(`POST /repos/${REPOSITORY}/pulls`, given);
      const number = Number(answer.body.number);
      const opened: OpenedPullRequest = {
        number,
        branch,
        head,
        async push(more, { isRendered = true } = {}) {
          await git('checkout', '--quiet', branch);
          write(more);
          if (isRendered) await render(work);
          opened.head = await commit('more');
          await push(by, home, branch);
        },
        run: () => runner.pullRequest(number),
      };
      return opened;
    },
    async comments(number) {
      return (await calling(() => github)(`GET /repos/${REPOSITORY}/issues/${number}/comments?per_page=100`)).body as never;
    },
    async annotations(head) {
      const ask = calling(() => github);
      const { body } = await ask(`GET /repos/${REPOSITORY}/commits/${head}/check-runs`);
      const ids = (body.check_runs as unknown as { id: number }[]).map(({ id }) => id);
      const all = await Promise.all(ids.map((id) => ask(`GET /repos/${REPOSITORY}/check-runs/${id}/annotations`)));
      return all.flatMap((answer) => answer.body as never);
    },
    async close() {
      await runner.close();
      await github.close();
      built.remove();
      rmSync(work, { recursive: true, force: true });
    },
  };
}

/** Writes workflow files and CODEOWNERS at the root of the repository, as a person does. */
async function render(folder: string): Promise<void> {
  const { code, err } = await call(['render', '--repository', REPOSITORY], { folder });
  if (code !== 0) throw new Error(err);
}

/** Stands in for npm: `npm ci` puts the package as it is now where the lock file would have put it. */
function npm({ folder }: BuiltPackage): string {
  return `[[ "$1" == ci ]]\nmkdir --parents node_modules\nln --symbolic --force --no-dereference '${folder}' node_modules/stagegate\n`;
}
