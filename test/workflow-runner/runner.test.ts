import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { pinned } from '../../lib/compile/github/pins';
import { type GitHub, startGitHub } from '../github';
import { forkOf } from '../github/actions/forks';
import { calling } from '../github/calling';
import { type FinishedRun, type Runner, startRunner } from './index';

const CHECKOUT = pinned('actions/checkout').replace(' # ', ' #');

/** A workflow on pull requests with these jobs, and one that waits for it. */
const workflow = (jobs: string, more = ''): string => `name: Check
on:
  pull_request:
permissions: {}
${more}jobs:
${jobs}`;

describe('the runner', () => {
  let github: GitHub;
  let runner: Runner;
  let work: string;

  beforeAll(async () => {
    github = await startGitHub({
      people: {
        repository: 'acme/shop',
        people: { ada: { role: 'admin', owner: true }, alice: { role: 'write' }, mallory: { role: 'read' } },
        teams: {},
        apps: { 'github-actions': { id: 15368 }, 'acme-delivery': { id: 1001 } },
      },
      repositories: [{ name: 'acme/shop', visibility: 'public' }],
      users: ['mallory'],
    });
    work = mkdtempSync(join(tmpdir(), 'stagegate-runner-test-'));
    await git('init', '--quiet', '--initial-branch', 'main');
    await committed('main', { 'README.md': 'shop\n' });
    await push('alice', 'acme/shop', 'main');
    await forkOf(github.world, github.world.repository('acme', 'shop'), 'mallory');
    runner = await startRunner({
      github,
      repository: 'acme/shop',
      variables: { COLOUR: 'green' },
      secrets: { production: { KEY: 'hunter2' }, delivery: { APP_KEY: github.privateKey('acme-delivery') } },
      programs: { greet: 'echo "hello $1"\n' },
    });
  });
  afterAll(async () => {
    await runner?.close();
    expect(github.problems).toEqual([]);
    await github.close();
    rmSync(work, { recursive: true, force: true });
  });

  const git = async (...args: string[]): Promise<string> =>
    (await promisify(execFile)('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: work })).stdout.trim();

  async function committed(branch: string, files: Readonly<Record<string, string>>): Promise<string> {
    if (branch !== 'main') await git('checkout', '--quiet', '-B', branch, 'main');
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), content);
    }
    await git('add', '.');
    await git('commit', '--quiet', '--message', branch);
    return git('rev-parse', 'HEAD');
  }

  async function push(login: string, repository: string, branch: string): Promise<void> {
    const address = github.url.replace('//', `//x:${github.token(login)}@`);
    await git('push', '--quiet', '--force', `${address}${repository}.git`, `HEAD:refs/heads/${branch}`);
  }

  let count = 0;

  /** Opens a pull request with a workflow, and runs what it starts. */
  async function ran(text: string, by: 'alice' | 'mallory' = 'alice'): Promise<{ runs: readonly FinishedRun[]; head: string }> {
    count += 1;
    const branch = `change-${count}`;
    const head = await committed(branch, { '.github/workflows/check.yaml': text });
    await push(by, by === 'alice' ? 'acme/shop' : 'mallory/shop', branch);
    const given = { title: branch, head: by === 'alice' ? branch : `mallory:${branch}`, base: 'main' };
    const answer = await calling(() => github, by)('POST /repos/acme/shop/pulls', given);
    return { runs: await runner.pullRequest(Number(answer.body.number)), head };
  }

  const only = ({ runs }: { runs: readonly FinishedRun[] }, job = 'one') => {
    const found = runs[0]?.jobs.find(({ id }) => id === job);
    if (found === undefined) throw new Error(`no job ${job}`);
    return found;
  };

  test('runs steps with their variables, hands on what they write into files, and stops at one that fails', async () => {
    const job = only(
      await ran(
        workflow(`  one:
    name: One
    runs-on: ubuntu-24.04
    env: { GREETING: 'hi \${{ vars.COLOUR }}' }
    steps:
      - id: first
        env: { TITLE: '\${{ github.event.pull_request.title }}' }
        run: |
          greet "$TITLE"
          echo "$GREETING"
          echo "answer=42" >> "$GITHUB_OUTPUT"
          echo "LATER=yes" >> "$GITHUB_ENV"
          echo "# Summary" >> "$GITHUB_STEP_SUMMARY"
      - run: echo "\${{ steps.first.outputs.answer }} $LATER $GITHUB_REPOSITORY $GITHUB_EVENT_NAME"
      - run: "false"
      - run: echo never
      - if: failure()
        run: echo cleaned
`),
      ),
    );
    expect(job.steps.map(({ conclusion, text }) => [conclusion, text])).toEqual([
      ['success', `hello change-${count}\nhi green\n`],
      ['success', '42 yes acme/shop pull_request\n'],
      ['failure', ''],
      ['skipped', ''],
      ['success', 'cleaned\n'],
    ]);
    expect(job).toMatchObject({ conclusion: 'failure', summary: '# Summary\n' });
  });

  test('shows a job as a check run of the head, with its annotations, ten of a level', async () => {
    const { head } = await ran(
      workflow(`  one:
    name: Annotate
    runs-on: ubuntu-24.04
    steps:
      - run: |
          echo '::warning file=platform.ts,title=x::careful%0Avery'
          for index in $(seq 12); do echo "::notice::$index"; done
`),
    );
    const ask = calling(() => github);
    const { body } = await ask(`GET /repos/acme/shop/commits/${head}/check-runs`);
    const [run] = body.check_runs as unknown as { id: number; name: string; conclusion: string }[];
    expect(run).toMatchObject({ name: 'Annotate', conclusion: 'success' });
    const annotations = (await ask(`GET /repos/acme/shop/check-runs/${run?.id}/annotations`)).body as unknown as { path: string }[];
    expect(annotations).toHaveLength(11);
    expect(annotations[0]).toMatchObject({ path: 'platform.ts', annotation_level: 'warning', title: 'x', message: 'careful\nvery' });
  });

  const WRITE = `  one:
    name: One
    runs-on: ubuntu-24.04
    permissions: { contents: read, pull-requests: write }
    environment: { name: production }
    steps:
      - env: { KEY: '\${{ secrets.KEY }}', GH: '\${{ github.token }}', NUMBER: '\${{ github.event.number }}' }
        run: |
          echo "key=$KEY"
          curl --silent --output /dev/null --write-out '%{http_code}\\n' --request POST --header "authorization: Bearer $GH" \\
            --data '{"body":"hello"}' "$GITHUB_API_URL/repos/acme/shop/issues/$NUMBER/comments"
`;

  test('a token may what the workflow declares, and is worthless afterwards', async () => {
    expect(only(await ran(workflow(WRITE))).steps[0]?.text).toBe('key=hunter2\n201\n');
    const without = WRITE.replace('pull-requests: write', 'pull-requests: read');
    expect(only(await ran(workflow(without))).steps[0]?.text).toBe('key=hunter2\n403\n');
  });

  test('a run of a fork has no secrets, and nothing but read', async () => {
    expect(only(await ran(workflow(WRITE), 'mallory')).steps[0]?.text).toBe('key=\n403\n');
  });

  test('checks out with the token of the job, and leaves none behind', async () => {
    const text = (permissions: string) =>
      workflow(`  one:
    name: One
    runs-on: ubuntu-24.04
    permissions: ${permissions}
    steps:
      - uses: ${CHECKOUT}
        with: { ref: '\${{ github.event.pull_request.head.sha }}', fetch-depth: 0, persist-credentials: false }
      - run: |
          git rev-parse HEAD
          git merge-base refs/remotes/origin/main HEAD
          git config --get-regexp 'http.*' || echo nothing
          git status --porcelain
`);
    const { runs, head } = await ran(text('{ contents: read }'));
    expect(only({ runs }).steps[1]?.text.split('\n').slice(0, 3)).toEqual([head, await git('rev-parse', 'main'), 'nothing']);
    // The repository is public: even a token without permissions reads it.
    expect(only(await ran(text('{ contents: read }'), 'mallory')).conclusion).toBe('success');
  });

  test('checks out what would be merged where no ref is named', async () => {
    const { runs, head } = await ran(
      workflow(`  one:
    name: One
    runs-on: ubuntu-24.04
    permissions: { contents: read }
    steps:
      - uses: ${CHECKOUT}
        with: { persist-credentials: false }
      - run: git rev-parse HEAD^1 HEAD^2
`),
    );
    expect(only({ runs }).steps[1]?.text).toBe(`${await git('rev-parse', 'main')}\n${head}\n`);
  });

  test('jobs wait for those that they need, and are skipped when one of these has failed', async () => {
    const job = (id: string, more: string, run = 'true') =>
      `  ${id}:\n    name: ${id}\n    runs-on: ubuntu-24.04\n${more}    steps:\n      - id: s\n        run: ${run}\n`;
    const { runs } = await ran(
      workflow(
        [
          job('three', '    needs: [two]\n'),
          job('two', '    needs: [one]\n', 'exit 3'),
          job('one', "    outputs: { list: '${{ steps.s.outputs.list }}' }\n", 'echo "list=[1]" >> "$GITHUB_OUTPUT"'),
          job('last', '    needs: [one, two]\n    if: always()\n', "echo '${{ needs.one.outputs.list }} ${{ needs.two.result }}'"),
        ].join(''),
      ),
    );
    expect(runs[0]?.jobs.map(({ id, conclusion }) => `${id} ${conclusion}`)).toEqual([
      'one success',
      'two failure',
      'three skipped',
      'last success',
    ]);
    expect(only({ runs }, 'last').steps[0]?.text).toBe('[1] failure\n');
    expect(runs[0]?.conclusion).toBe('failure');
  });

  test('files go from job to job by artifacts of the run', async () => {
    const { runs } = await ran(
      workflow(`  one:
    name: one
    runs-on: ubuntu-24.04
    steps:
      - run: mkdir "$RUNNER_TEMP/out" && echo hello > "$RUNNER_TEMP/out/a.txt"
      - uses: ${pinned('actions/upload-artifact').replace(' # ', ' #')}
        with: { name: out, path: '\${{ runner.temp }}/out', if-no-files-found: error }
  two:
    name: two
    needs: [one]
    runs-on: ubuntu-24.04
    steps:
      - uses: ${pinned('actions/download-artifact').replace(' # ', ' #')}
        with: { name: out, path: here }
      - run: cat here/a.txt
`),
    );
    expect(only({ runs }, 'two').steps[1]?.text).toBe('hello\n');
  });

  test('makes a token of an app for the repositories and permissions that are asked for', async () => {
    const { runs } = await ran(
      workflow(`  one:
    name: One
    runs-on: ubuntu-24.04
    environment: { name: delivery }
    steps:
      - id: app
        uses: ${pinned('actions/create-github-app-token').replace(' # ', ' #')}
        with: { client-id: '1001', private-key: '\${{ secrets.APP_KEY }}', owner: acme, repositories: shop, permission-contents: read }
      - env: { GH: '\${{ steps.app.outputs.token }}' }
        run: |
          curl --silent --output /dev/null --write-out '%{http_code}\\n' --header "authorization: Bearer $GH" "$GITHUB_API_URL/repos/acme/shop/commits/main"
          curl --silent --output /dev/null --write-out '%{http_code}\\n' --header "authorization: Bearer $GH" "$GITHUB_API_URL/repos/acme/shop/pulls"
`),
    );
    expect(only({ runs }).steps[1]?.text).toBe('200\n403\n');
  });

  test.each([
    ['an action that it does not know', 'uses: actions/cache@v4', 'the runner knows no action actions/cache@v4'],
    ['another commit of one that it knows', `uses: actions/checkout@${'0'.repeat(40)}`, 'the runner knows no action actions/checkout@0000'],
  ])('%s fails the run', async (_, step, message) => {
    await expect(ran(workflow(`  one:\n    name: One\n    runs-on: ubuntu-24.04\n    steps:\n      - ${step}\n`))).rejects.toThrow(message);
  });

  test('an input that a stub does not know fails the step, and a workflow that GitHub would not take fails the run', async () => {
    const step = `      - uses: ${CHECKOUT}\n        with: { depth: 1 }\n`;
    const job = only(await ran(workflow(`  one:\n    name: One\n    runs-on: ubuntu-24.04\n    steps:\n${step}`)));
    expect(job.steps[0]).toMatchObject({ conclusion: 'failure', text: "Error: Unexpected input(s) 'depth'" });
    await expect(ran('on: pull_request\njobs:\n  one:\n    run-on: x\n')).rejects.toThrow(/run-on/);
  });

  test('a workflow of the default branch that waits for a run starts when it is over, with rights of its own, for a fork as well', async () => {
    await git('checkout', '--quiet', 'main');
    await committed('main', {
      '.github/workflows/after.yaml': `name: After
on:
  workflow_run: { workflows: [Check], types: [completed] }
permissions: {}
jobs:
  after:
    name: After
    runs-on: ubuntu-24.04
    permissions: { actions: read }
    environment: { name: production }
    steps:
      - uses: ${pinned('actions/download-artifact').replace(' # ', ' #')}
        with: { pattern: 'out*', path: here, merge-multiple: true, run-id: '\${{ github.event.workflow_run.id }}', github-token: '\${{ github.token }}' }
      - env: { KEY: '\${{ secrets.KEY }}', HEAD: '\${{ github.event.workflow_run.head_repository.full_name }}' }
        run: echo "$(cat here/a.txt) $KEY $HEAD $GITHUB_REF \${{ github.event.workflow_run.pull_requests[0] }}"
`,
    });
    await push('alice', 'acme/shop', 'main');
    const text = workflow(`  one:
    name: one
    runs-on: ubuntu-24.04
    steps:
      - run: echo hello > a.txt
      - uses: ${pinned('actions/upload-artifact').replace(' # ', ' #')}
        with: { name: out-1, path: a.txt }
`);
    const { runs } = await ran(text, 'mallory');
    expect(runs.map(({ name, event, headBranch }) => [name, event, headBranch])).toEqual([
      ['Check', 'pull_request', `change-${count}`],
      ['After', 'workflow_run', 'main'],
    ]);
    expect(runs[1]?.jobs[0]?.steps[1]?.text).toBe('hello hunter2 mallory/shop refs/heads/main \n');
  });
});
