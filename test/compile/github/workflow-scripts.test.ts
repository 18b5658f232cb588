import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openluffy } from '../model-fixture';
import { severalRepositories, workflowOf, workflowsOf } from './rendered-workflows';

const several = severalRepositories();
const scripts = [...workflowsOf(openluffy()), ...several.repositories.flatMap(({ name }) => workflowsOf(several, name))].flatMap(
  ({ path, jobs }) =>
    Object.values(jobs).flatMap(({ steps }) =>
      steps.flatMap(({ name, run }) => (run === undefined ? [] : [[`${path}: ${name}`, run] as const])),
    ),
);

test.each(scripts)('bash can read the script of %s', (_, run) => {
  const { status, stderr } = spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});

const steps = [...workflowsOf(openluffy()), ...several.repositories.flatMap(({ name }) => workflowsOf(several, name))].flatMap(
  ({ path, jobs }) =>
    Object.values(jobs).flatMap((job) =>
      job.steps.flatMap((step) => (step.run === undefined ? [] : [[`${path}: ${step.name}`, job, step] as const])),
    ),
);

test.each(steps)('every variable of %s is given to it', (_, job, step) => {
  const used = [...(step.run ?? '').matchAll(/\$\{?([A-Z][A-Z_]+)/g)].map((match) => match[1] as string);
  const set = [...(step.run ?? '').matchAll(/\b([A-Z][A-Z_]+)=/g)].map((match) => match[1] as string);
  const given = [...Object.keys(job.env ?? {}), ...Object.keys(step.env ?? {}), ...set];
  expect(used.filter((name) => !given.includes(name) && !/^(?:GITHUB|RUNNER)_/.test(name))).toEqual([]);
  for (const name of Object.keys(step.env ?? {})) if (!/^(GH|GITHUB)_TOKEN$/.test(name)) expect(step.run).toContain(name);
});

/** What GitHub answers, by the path that is asked; `downloads` is what the run handed over. */
interface Answers {
  readonly api: Readonly<Record<string, unknown>>;
  readonly images: Readonly<Record<string, string>>;
}

const COMMIT = '4f2a1c0000000000000000000000000000000000';
const HEAD = '8b03d70000000000000000000000000000000000';
const DIGEST = `ghcr.io/lebrick07/openluffy/backend@sha256:${'b'.repeat(64)}`;

/** A run of the release workflow on `develop`, whose commit the branch contains. */
function lawful(): {
  answers: { api: Record<string, Record<string, unknown>>; images: Record<string, string> };
  inputs: Record<string, string>;
} {
  return {
    answers: {
      api: {
        'repos/lebrick07/openluffy/actions/runs/17': {
          event: 'push',
          path: '.github/workflows/release-dev.yaml',
          head_branch: 'develop',
          head_sha: COMMIT,
          repository: { full_name: 'lebrick07/openluffy' },
          head_repository: { full_name: 'lebrick07/openluffy' },
        },
        'repos/lebrick07/openluffy/commits/heads%2Fdevelop': { sha: HEAD },
        [`repos/lebrick07/openluffy/compare/${COMMIT}...${HEAD}`]: { status: 'ahead' },
      },
      images: { 'image/backend': DIGEST },
    },
    inputs: { ENVIRONMENT: 'dev', REPOSITORY: 'lebrick07/openluffy', RUN: '17', GITHUB_EVENT_NAME: 'workflow_dispatch' },
  };
}

/** Stands in for GitHub's command line: answers `gh api` from a file and `gh run download` by a file. */
const GH = `#!/usr/bin/env bash
set -euo pipefail
if [[ "$1" == api ]]; then
  answer="$(jq --compact-output --arg path "$2" '.api[$path] // empty' answers.json)"
  [[ -n "$answer" ]] || { echo "gh: Not Found (HTTP 404) $2" >&2; exit 1; }
  if [[ "\${3-}" == --jq ]]; then jq --raw-output "$4" <<< "$answer"; else echo "$answer"; fi
elif [[ "$1 $2" == 'run download' ]]; then
  jq .images answers.json > source/images.json
else
  exit 2
fi
`;

function readSource(answers: Answers, inputs: Readonly<Record<string, string>>, model = openluffy()) {
  const step = workflowOf(model, 'release.yaml').jobs.source?.steps.find(({ id }) => id === 'read');
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-script-'));
  try {
    writeFileSync(join(folder, 'answers.json'), JSON.stringify(answers));
    writeFileSync(join(folder, 'gh'), GH);
    chmodSync(join(folder, 'gh'), 0o755);
    const { status, stdout, stderr } = spawnSync('bash', ['-e'], {
      cwd: folder,
      input: step?.run ?? 'exit 9',
      encoding: 'utf8',
      env: {
        ...process.env,
        SOURCES: step?.env?.SOURCES ?? '',
        TAG_PREFIX: step?.env?.TAG_PREFIX ?? '',
        GITHUB_REPOSITORY: 'lebrick07/openluffy',
        ...inputs,
        PATH: `${folder}:${process.env.PATH}`,
        GITHUB_OUTPUT: join(folder, 'output'),
      },
    });
    const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '');
    return {
      status,
      said: stdout + stderr,
      output: read('output'),
      source: read('source/source.json'),
      images: read('source/images.json'),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

// GitHub's runners have jq; a machine without it cannot run these.
const withJq = spawnSync('jq', ['--version']).status === 0 ? describe : describe.skip;

withJq('the job that reads what was built', () => {
  test('takes repository, ref, commit and digests from the run', () => {
    const { answers, inputs } = lawful();
    const { status, said, output, source, images } = readSource(answers, inputs);
    expect({ status, said }).toEqual({ status: 0, said: '' });
    expect(output).toBe('environments=["dev"]\n');
    expect(JSON.parse(source)).toEqual({ repository: 'lebrick07/openluffy', ref: 'refs/heads/develop', commit: COMMIT });
    expect(JSON.parse(images)).toEqual({ 'image/backend': DIGEST });
  });

  test.each<[string, (all: ReturnType<typeof lawful>) => unknown, RegExp]>([
    ['a run id that is none', ({ inputs }) => Object.assign(inputs, { RUN: '17/../18' }), /run is not the id of a run/],
    [
      'another repository',
      ({ inputs }) => Object.assign(inputs, { REPOSITORY: 'mallory/openluffy' }),
      /mallory\/openluffy is not the source of dev/,
    ],
    ['an environment without a source', ({ inputs }) => Object.assign(inputs, { ENVIRONMENT: 'prod' }), /is not the source of prod/],
    ['a run that does not exist', ({ inputs }) => Object.assign(inputs, { RUN: '18' }), /Not Found/],
    [
      'a run of another workflow',
      ({ answers }) => Object.assign(run(answers), { path: '.github/workflows/mine.yaml' }),
      /run 17 is not a release of dev/,
    ],
    [
      'a run that was started by hand',
      ({ answers }) => Object.assign(run(answers), { event: 'workflow_dispatch' }),
      /run 17 is not a release of dev/,
    ],
    ['a run on another branch', ({ answers }) => Object.assign(run(answers), { head_branch: 'feature' }), /run 17 is not a release of dev/],
    [
      'a run of a fork',
      ({ answers }) => Object.assign(run(answers), { head_repository: { full_name: 'mallory/openluffy' } }),
      /run 17 is not a release of dev/,
    ],
    [
      'a run on a tag that is called like the branch',
      ({ answers }) => Object.assign(answers.api, { [`repos/lebrick07/openluffy/compare/${COMMIT}...${HEAD}`]: { status: 'diverged' } }),
      /refs\/heads\/develop does not hold/,
    ],
    [
      'a tag in place of a digest',
      ({ answers }) => Object.assign(answers.images, { 'image/backend': 'ghcr.io/lebrick07/openluffy/backend:latest' }),
      /something else than digests/,
    ],
  ])('refuses %s', (_, change, reason) => {
    const all = lawful();
    change(all);
    const { status, said, output } = readSource(all.answers, all.inputs);
    expect(status).not.toBe(0);
    expect(said).toMatch(reason);
    expect(output).toBe('');
  });

  test('takes a tag that its pattern admits, if it is the tag of that commit', () => {
    const api = {
      'repos/lebrick07/api/actions/runs/17': {
        event: 'push',
        path: '.github/workflows/release-dev.yaml@refs/tags/v1.2.3',
        head_branch: 'v1.2.3',
        head_sha: COMMIT,
        repository: { full_name: 'lebrick07/api' },
        head_repository: { full_name: 'lebrick07/api' },
      },
      'repos/lebrick07/api/commits/tags%2Fv1.2.3': { sha: COMMIT },
    };
    const inputs = { ...lawful().inputs, REPOSITORY: 'lebrick07/api' };
    const taken = readSource({ api, images: { 'image/backend': DIGEST } }, inputs, several);
    expect(taken.said).toBe('');
    expect(JSON.parse(taken.source)).toEqual({ repository: 'lebrick07/api', ref: 'refs/tags/v1.2.3', commit: COMMIT });
    const moved = { ...api, 'repos/lebrick07/api/commits/tags%2Fv1.2.3': { sha: HEAD } };
    expect(readSource({ api: moved, images: {} }, inputs, several).said).toMatch(/refs\/tags\/v1\.2\.3 is not 4f2a1c/);
    const other = {
      ...api,
      'repos/lebrick07/api/actions/runs/17': { ...api['repos/lebrick07/api/actions/runs/17'], head_branch: 'nightly' },
    };
    expect(readSource({ api: other, images: {} }, inputs, several).said).toMatch(/run 17 is not a release of dev/);
  });

  test('renders a changed program on the releases that there are, and nothing before the first', () => {
    const path = 'repos/lebrick07/openluffy/git/matching-refs/tags/stagegate/releases/';
    const push = { GITHUB_EVENT_NAME: 'push', ENVIRONMENT: '', REPOSITORY: '', RUN: '' };
    expect(readSource({ api: { [path]: [{ ref: 'refs/tags/stagegate/releases/0b5e55ed0b5e55ed' }] }, images: {} }, push).output).toBe(
      'environments=["dev"]\n',
    );
    const before = readSource({ api: { [path]: [] }, images: {} }, push);
    expect(before).toMatchObject({ status: 0, output: 'environments=[]\n', source: '{}\n' });
  });
});

withJq('the step that builds an image', () => {
  const DOCKER = `#!/usr/bin/env bash
echo "$*" >> calls
if [[ "$1 $2" == 'image inspect' ]]; then printf '%s\\n' "docker.io/other@sha256:${'0'.repeat(64)}" "${DIGEST}"; fi
`;

  test('writes down, under its slot, the digest by which its own repository knows the image', () => {
    const build = workflowOf(openluffy(), 'release-dev.yaml').jobs.build;
    const step = build?.steps.find(({ name }) => name === 'Build backend');
    const folder = mkdtempSync(join(tmpdir(), 'stagegate-script-'));
    try {
      writeFileSync(join(folder, 'images.json'), '{"image/frontend":"kept"}');
      writeFileSync(join(folder, 'docker'), DOCKER);
      chmodSync(join(folder, 'docker'), 0o755);
      const { status, stderr } = spawnSync('bash', ['-e'], {
        cwd: folder,
        input: step?.run ?? 'exit 9',
        encoding: 'utf8',
        env: {
          ...build?.env,
          ...step?.env,
          GITHUB_REPOSITORY: 'lebrick07/openluffy',
          GITHUB_SERVER_URL: 'https://github.com',
          GITHUB_SHA: COMMIT,
          PATH: `${folder}:${process.env.PATH}`,
        },
      });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(readFileSync(join(folder, 'images.json'), 'utf8'))).toEqual({ 'image/frontend': 'kept', 'image/backend': DIGEST });
      const calls = readFileSync(join(folder, 'calls'), 'utf8').split('\n');
      expect(calls[0]).toContain('build --pull --file backend/Dockerfile --tag ghcr.io/lebrick07/openluffy/backend:dev-4f2a1c0');
      expect(calls[1]).toBe('push ghcr.io/lebrick07/openluffy/backend:dev-4f2a1c0');
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function run(answers: { readonly api: Record<string, Record<string, unknown>> }): Record<string, unknown> {
  return answers.api['repos/lebrick07/openluffy/actions/runs/17'] ?? {};
}
