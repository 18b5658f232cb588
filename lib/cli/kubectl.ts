import { execFile } from 'node:child_process';
import { resolve as resolvePath } from 'node:path';
import { DeliveryError, outside } from '../delivery/error';
import type { Io } from './io';

/** What a call of kubectl left behind. */
export interface KubectlResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** kubectl with the cluster of a call: that of `--kubeconfig` and `--context`, else its own. */
export interface Kubectl {
  /** @throws DeliveryError of kind `outside` when it fails. */
  run(args: readonly string[], input?: string): Promise<string>;
  /** The same, whatever its exit code. */
  tryRun(args: readonly string[], input?: string): Promise<KubectlResult>;
}

/** How long one call may take, milliseconds, and one request of it, seconds. */
const LONGEST_CALL = 120_000;
const LONGEST_REQUEST = 30;

export function kubectl(io: Pick<Io, 'environment' | 'folder'>, options: Readonly<Record<string, unknown>>): Kubectl {
  const cluster = [
    ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', resolvePath(io.folder, String(options.kubeconfig))]),
    ...(options.context === undefined ? [] : ['--context', String(options.context)]),
    `--request-timeout=${LONGEST_REQUEST}s`,
  ];
  const tryRun: Kubectl['tryRun'] = (args, input) =>
    new Promise((resolve, reject) => {
      const child = execFile(
        'kubectl',
        [...cluster, ...args],
        { env: { ...process.env, ...io.environment }, timeout: LONGEST_CALL, killSignal: 'SIGKILL', maxBuffer: 512 * 1024 * 1024 },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : error.code;
          if (typeof code === 'number') return resolve({ code, stdout, stderr });
          reject(
            code === 'ENOENT'
              ? new DeliveryError('outside', 'kubectl is not installed, or not on the PATH', 'install kubectl', { cause: error })
              : new DeliveryError(
                  'outside',
                  `kubectl ${args[0]} did not end within ${LONGEST_CALL / 1000} s`,
                  'look whether the cluster can be reached, and run the command again',
                  { cause: error },
                ),
          );
        },
      );
      // A kubectl that ends before it has read its input says why on stderr.
      child.stdin?.on('error', () => undefined);
      child.stdin?.end(input ?? '');
    });
  return {
    tryRun,
    async run(args, input) {
      const { code, stdout, stderr } = await tryRun(args, input);
      return code === 0 ? stdout : kubectlFailed(args, stderr);
    },
  };
}

/** @throws DeliveryError of kind `outside` with the last line of what kubectl said. */
export function kubectlFailed(args: readonly string[], stderr: string): never {
  return outside(
    `kubectl ${args[0]} failed: ${stderr.trim().split('\n').at(-1) ?? ''}`,
    'look at the address and the rights in the kubeconfig, and run the command again',
  );
}
