import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredJob, DesiredStep } from '../../lib/desired/desired-state';
import type { InstallationPrincipal } from '../github/principals';
import type { Repository } from '../github/world';
import type { ArtifactStorage } from './artifact-storage';
import { readEnvironmentFile } from './environment-file';
import { type Contexts, filled, holds } from './expressions';
import { stubOf } from './pinned-actions';
import { readStepLog, type StepLog } from './step-log';

/** What a job came to. */
export interface JobRun {
  readonly id: string;
  readonly name: string;
  readonly conclusion: 'success' | 'failure' | 'skipped';
  readonly outputs: Readonly<Record<string, string>>;
  readonly steps: readonly StepRun[];
  /** What its steps wrote into GITHUB_STEP_SUMMARY. */
  readonly summary: string;
  /** What its token could do. */
  readonly permissions: Readonly<Record<string, string>>;
}

export interface StepRun {
  readonly name: string;
  readonly conclusion: 'success' | 'failure' | 'skipped';
  readonly log: StepLog;
  /** All that it printed, and why it failed. */
  readonly text: string;
}

/** What a job runs in. */
export interface JobPlace {
  readonly repository: Repository;
  readonly storage: ArtifactStorage;
  /** A folder of its own. */
  readonly folder: string;
  /** Folder with the programs that stand in for those of GitHub's image. */
  readonly programs: string;
  /** Dependabot gets what a fork gets. */
  readonly run: { readonly id: number; readonly isOutside: boolean };
  /** Contexts of the run: `github`, `vars`, `inputs`. */
  readonly contexts: Contexts;
  /** `GITHUB_…` of the run. */
  readonly environment: Readonly<Record<string, string>>;
  /** Secrets by environment. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Permissions of the workflow, which a job without own ones has. */
  readonly permissions: Readonly<Record<string, string>>;
}

/** Milliseconds after which a step that hangs is ended. */
const STEP_LIMIT = 120_000;

/**
 * Runs a job: its token may what the workflow declares, and in a run of a fork or of Dependabot nothing but read; these get no secrets. It is
 * worthless when the job is over.
 */
export async function runJob(id: string, job: DesiredJob, needs: Readonly<Record<string, JobRun>>, place: JobPlace): Promise<JobRun> {
  if (job.strategy !== undefined) throw new Error(`the runner knows no matrix: ${id}`);
  const { repository, run } = place;
  const needed = Object.fromEntries(
    Object.entries(needs).map(([name, { conclusion, outputs }]) => [name, { result: conclusion, outputs }]),
  );
  const contexts: Contexts = { ...place.contexts, needs: needed };
  const permissions = tokenPermissions(job.permissions ?? place.permissions, run.isOutside);
  const begun = { id, name: filled(job.name, contexts), outputs: {}, steps: [], summary: '', permissions };
  const failed = Object.values(needs).some(({ conclusion }) => conclusion !== 'success');
  if (!holds(job.if, contexts, { failed })) return { ...begun, conclusion: 'skipped' };

  const principal: InstallationPrincipal = {
    kind: 'installation',
    slug: 'github-actions',
    permissions: {
      metadata: 'read',
      ...Object.fromEntries(Object.entries(permissions).map(([name, level]) => [name.replaceAll('-', '_'), level])),
    },
    repositories: [repository.fullName.toLowerCase()],
  };
  const token = repository.world.credentials.grant(`ghs_${randomUUID()}`, principal);
  try {
    return await runSteps(job, { ...begun, token, contexts, place });
  } finally {
    repository.world.credentials.revoke(principal);
  }
}

/**
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#workflows-in-forked-repositories
 * @see https://docs.github.com/en/code-security/dependabot/troubleshooting-dependabot/troubleshooting-dependabot-on-github-actions
 */
function tokenPermissions(declared: Readonly<Record<string, string>>, isOutside: boolean): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(declared).map(([name, level]) => [name, isOutside && level === 'write' ? 'read' : level]));
}

interface Begun extends Omit<JobRun, 'conclusion'> {
  readonly token: string;
  readonly contexts: Contexts;
  readonly place: JobPlace;
}

async function runSteps(job: DesiredJob, { token, contexts, place, ...begun }: Begun): Promise<JobRun> {
  const workspace = join(place.folder, 'workspace');
  const temp = join(place.folder, 'temp');
  const files = join(place.folder, 'files');
  for (const folder of [workspace, temp, files, join(place.folder, 'home')]) mkdirSync(folder, { recursive: true });
  const secrets = { ...(place.run.isOutside ? {} : place.secrets[job.environment?.name ?? '']), GITHUB_TOKEN: token };
  const github = { ...(contexts.github as object), token, job: begun.id, workspace };
  const all: Contexts = { ...contexts, github, secrets, runner: { temp, os: 'Linux', arch: 'X64' } };
  const jobEnvironment = filledValues(job.env ?? {}, all);
  const outputs: Record<string, { readonly outputs: Readonly<Record<string, string>>; readonly outcome: string }> = {};
  const added: Record<string, string> = {};
  const steps: StepRun[] = [];
  let summary = '';
  for (const [index, step] of job.steps.entries()) {
    const env = { ...jobEnvironment, ...added };
    const own: Contexts = { ...all, env, steps: outputs, job: { status: 'success' } };
    const failed = steps.some(({ conclusion }) => conclusion === 'failure');
    if (!holds(step.if, own, { failed })) {
      steps.push({ name: step.name, conclusion: 'skipped', log: { lines: [], commands: [] }, text: '' });
      continue;
    }
    const stepFiles = environmentFiles(files, index);
    const environment = {
      ...place.environment,
      ...env,
      ...filledValues(step.env ?? {}, own),
      ...stepFiles,
      GITHUB_JOB: begun.id,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: temp,
      HOME: join(place.folder, 'home'),
      PATH: `${place.programs}:${process.env.PATH}`,
    };
    const done = await runStep(step, { own, environment, workspace, token, place, files });
    const written = (name: keyof typeof stepFiles): string => readFileSync(stepFiles[name], 'utf8');
    Object.assign(added, readEnvironmentFile(written('GITHUB_ENV')));
    if (step.id !== undefined) {
      outputs[step.id] = { outputs: { ...done.outputs, ...readEnvironmentFile(written('GITHUB_OUTPUT')) }, outcome: done.step.conclusion };
    }
    summary += written('GITHUB_STEP_SUMMARY');
    steps.push(done.step);
  }
  const given = filledValues(job.outputs ?? {}, { ...all, steps: outputs });
  const conclusion = steps.some((step) => step.conclusion === 'failure') ? 'failure' : 'success';
  return { ...begun, conclusion, outputs: given, steps, summary };
}

function environmentFiles(folder: string, index: number) {
  const file = (name: string): string => {
    const path = join(folder, `${index}-${name}`);
    writeFileSync(path, '');
    return path;
  };
  return { GITHUB_OUTPUT: file('output'), GITHUB_ENV: file('env'), GITHUB_PATH: file('path'), GITHUB_STEP_SUMMARY: file('summary') };
}

function filledValues(values: Readonly<Record<string, string | number | boolean>>, contexts: Contexts): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, filled(String(value), contexts)]));
}

interface StepPlace {
  readonly own: Contexts;
  readonly environment: Readonly<Record<string, string>>;
  readonly workspace: string;
  readonly token: string;
  readonly place: JobPlace;
  readonly files: string;
}

async function runStep(
  step: DesiredStep,
  at: StepPlace,
): Promise<{ readonly step: StepRun; readonly outputs: Readonly<Record<string, string>> }> {
  const finished = (text: string, isDone: boolean, outputs: Readonly<Record<string, string>> = {}) => ({
    step: { name: step.name, conclusion: isDone ? ('success' as const) : ('failure' as const), log: readStepLog(text), text },
    outputs,
  });
  if (step.uses !== undefined) {
    const { repository, storage, run } = at.place;
    const inputs = filledValues(step.with ?? {}, at.own);
    const stub = stubOf(step.uses);
    try {
      const { environment, workspace, token } = at;
      return finished('', true, await stub({ inputs, workspace, environment, token, repository, run: run.id, storage }));
    } catch (error) {
      return finished(`Error: ${(error as Error).message}`, false);
    }
  }
  const script = join(at.files, `${randomUUID()}.sh`);
  writeFileSync(script, filled(step.run ?? '', at.own));
  const { code, text } = await bash(script, at);
  return finished(text, code === 0);
}

/** As the runner starts it where no shell is named: `bash -e {0}`. */
function bash(script: string, { environment, workspace }: StepPlace): Promise<{ readonly code: number | null; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('bash', ['-e', script], {
      cwd: workspace,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: STEP_LIMIT,
    });
    const parts: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => parts.push(part));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, text: Buffer.concat(parts).toString('utf8') }));
  });
}
