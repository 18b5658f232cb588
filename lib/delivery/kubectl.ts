import { execFile } from 'node:child_process';
import { outside } from './error';

export interface KubectlOptions {
  /** Program that speaks to the cluster. @default 'kubectl' */
  readonly kubectl?: string;
  /** File with the cluster's address and identity. @default kubectl's own */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig. @default its current one */
  readonly context?: string;
  /** How long one request may take, seconds. @default 20 */
  readonly timeoutSeconds?: number;
}

/**
 * Asks a cluster by kubectl, and gives what it printed.
 *
 * @throws DeliveryError of kind `outside` with the last line of what kubectl said.
 */
export function kubectl(
  { kubectl: program = 'kubectl', kubeconfig, context, timeoutSeconds = 20 }: KubectlOptions,
  args: readonly string[],
): Promise<string> {
  const all = [
    ...(kubeconfig ? ['--kubeconfig', kubeconfig] : []),
    ...(context ? ['--context', context] : []),
    `--request-timeout=${timeoutSeconds}s`,
    ...args,
  ];
  const limits = { timeout: (timeoutSeconds + 5) * 1000, killSignal: 'SIGKILL', maxBuffer: 64 * 1024 * 1024 } as const;
  return new Promise((resolve, reject) => {
    execFile(program, all, { env: { ...process.env }, ...limits }, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      const code = (error as NodeJS.ErrnoException).code;
      try {
        if (code === 'ENOENT') outside(`${program} is not installed`, 'install kubectl, or name it', error);
        if (error.killed)
          outside(
            `the cluster did not answer within ${timeoutSeconds} s`,
            'look whether it can be reached, and run the command again',
            error,
          );
        outside(
          `${program} ${args[0]} failed: ${stderr.trim().split('\n').at(-1) ?? error.message}`,
          'look at the rights and the address in the kubeconfig, and run the command again',
          error,
        );
      } catch (failure) {
        reject(failure);
      }
    });
  });
}
