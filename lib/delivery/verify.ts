import { spawn } from 'node:child_process';
import { type Delivery, environmentNamed } from './delivery';
import { outside, refuseDelivery, wrongUse } from './error';
import { observeHealth } from './health';
import type { Actor } from './host';
import { changeState, readState, type VerificationEntry } from './state-branch';

/** Runs a shell command with these variables beside the process's own; gives its exit code and the end of its output. */
export type CommandRunner = (
  command: string,
  environment: Readonly<Record<string, string>>,
) => Promise<{ readonly code: number; readonly output: string }>;

const OUTPUT_LIMIT = 20_000;

/** Variables that hold what delivery itself calls a host with, which is nothing for a suite to use. */
const CREDENTIALS: ReadonlySet<string> = new Set(['GITHUB_TOKEN', 'GH_TOKEN', 'STAGEGATE_APP_PRIVATE_KEY']);

/** Runs commands in a folder on this machine, without credentials of delivery; what outlasts the time is ended and has failed. */
export function localCommand(folder: string, timeoutSeconds = 900): CommandRunner {
  return (command, environment) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, {
        cwd: folder,
        shell: true,
        env: { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !CREDENTIALS.has(name))), ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      });
      let output = '';
      const take = (data: Buffer): void => {
        output = (output + data.toString('utf8')).slice(-OUTPUT_LIMIT);
      };
      child.stdout.on('data', take);
      child.stderr.on('data', take);
      const timer = setTimeout(() => {
        output += `\nended after ${timeoutSeconds} s`;
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, timeoutSeconds * 1000);
      child.on('error', (error) => {
        clearTimeout(timer);
        reject(error);
      });
      child.on('close', (code) => {
        clearTimeout(timer);
        resolve({ code: code ?? 1, output });
      });
    });
}

export interface VerifyOptions {
  /** Name of the suite; every suite that a gate on this environment asks for when absent. */
  readonly suite?: string;
  readonly run: CommandRunner;
  readonly by: Actor;
  /** Address of the run, recorded as evidence. */
  readonly link?: string;
}

export interface Verification {
  readonly suite: string;
  readonly conclusion: 'success' | 'failure';
  readonly release: string;
  /** The end of what the suite printed; not recorded. */
  readonly output: string;
}

/** The suites that gates ask to pass against an environment. */
function suitesFor({ desired }: Pick<Delivery, 'desired'>, environment: string): readonly string[] {
  const names = desired.edges
    .filter((edge) => edge.from === environment)
    .flatMap((edge) => edge.gates.flatMap((gate) => (gate.kind === 'verified' ? [gate.suite] : [])));
  return [...new Set(names)];
}

/**
 * Runs suites against an environment and records the results for the release that runs there.
 *
 * @throws DeliveryError when no release is healthy there, or it was replaced while a suite ran
 */
export async function verify(delivery: Delivery, environment: string, options: VerifyOptions): Promise<readonly Verification[]> {
  const { desired, host } = delivery;
  const { host: address } = environmentNamed(desired, environment);
  const names = options.suite === undefined ? suitesFor(delivery, environment) : [options.suite];
  if (names.length === 0)
    wrongUse(
      `no gate asks for a suite against ${environment}`,
      `name one with --suite: ${desired.suites.map((suite) => suite.name).join(', ') || 'none is declared'}`,
    );
  const results: Verification[] = [];
  for (const name of names) {
    const suite =
      desired.suites.find((one) => one.name === name) ??
      wrongUse(`there is no suite ${name}`, `choose one of ${desired.suites.map((one) => one.name).join(', ')}`);
    const before = await healthyDeployment(delivery, environment);
    const variables = { STAGEGATE_ENVIRONMENT: environment, STAGEGATE_RELEASE: before.release, STAGEGATE_HOST: address };
    const { code, output } = await options
      .run(suite.run, variables)
      .catch((error: unknown) =>
        outside(`suite ${name} did not start: ${error instanceof Error ? error.message : String(error)}`, 'run the command again', error),
      );
    const after = await healthyDeployment(delivery, environment);
    if (after.commit !== before.commit)
      refuseDelivery(`${environment} got release ${after.release} while suite ${name} ran; nothing is recorded`, 'run the suite again');
    const conclusion = code === 0 ? 'success' : 'failure';
    const entry: VerificationEntry = {
      environment,
      release: before.release,
      suite: name,
      conclusion,
      by: options.by,
      at: new Date(await host.now()).toISOString(),
      ...(options.link && { link: options.link }),
    };
    await changeState(delivery, `Suite ${name} against ${environment}: ${conclusion}`, (state) =>
      state.verifications.includes(entry) ? state : { ...state, verifications: [...state.verifications, entry] },
    );
    results.push({ suite: name, conclusion, release: before.release, output });
  }
  return results;
}

/** Runs the suites that have no result yet for the release that is healthy in an environment. */
export async function verifyPending(delivery: Delivery, environment: string, run: CommandRunner): Promise<void> {
  const { release } = await healthyDeployment(delivery, environment);
  const { verifications } = await readState(delivery);
  for (const suite of suitesFor(delivery, environment)) {
    if (verifications.some((entry) => entry.environment === environment && entry.release === release && entry.suite === suite)) continue;
    await verify(delivery, environment, { suite, run, by: await delivery.host.actor() });
  }
}

async function healthyDeployment(delivery: Delivery, environment: string): Promise<{ readonly release: string; readonly commit: string }> {
  const { state, text, deployment } = await observeHealth(delivery, environment);
  if (state !== 'healthy' || deployment?.release === undefined)
    return refuseDelivery(`no release is healthy in ${environment}: ${text}`, `wait until it is: stagegate monitor ${environment}`);
  return { release: deployment.release.id, commit: deployment.commit.id };
}
