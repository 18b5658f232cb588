import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import { DeliveryError } from '../delivery/error';
import { kubectl } from '../delivery/kubectl';
import { tryKnown } from './known-value';
import { RefusedProgramError } from './refusal';

/** The cluster that a stack belongs to, and how this machine reaches it. */
export interface ExpectedCluster {
  /** uid of the namespace `kube-system`, which every cluster has and no two share. Undefined: any cluster will do, and none is asked. */
  readonly uid: string | undefined;
  /** Context of the kubeconfig, the same that the provider is given. @default its current one */
  readonly context?: string | undefined;
  /** Path or text, the same that the provider is given. @default $KUBECONFIG, else kubectl's own file */
  readonly kubeconfig?: pulumi.Input<string> | undefined;
}

/** Options for the components of a cluster that was checked. */
export type CheckedCluster = Pick<pulumi.ComponentResourceOptions, 'hooks'>;

/**
 * Asks the cluster behind a context, by kubectl, whether it is the one that is meant; to be awaited before a provider is made, so that not even
 * the way to another cluster gets into the state. Call it once for each cluster and spread what it gives into the options of every component
 * there: `{ provider, ...checked }`. Pulumi destroys those only while the program runs, `pulumi destroy --run-program`, and so after this check.
 *
 * @throws RefusedProgramError SG064 when it is another cluster, or does not say which one it is.
 */
export async function checkCluster({ uid, context, kubeconfig }: ExpectedCluster): Promise<CheckedCluster> {
  if (uid === undefined) return {};
  const text = kubeconfig === undefined ? undefined : await tryKnown(kubeconfig);
  // In a preview, the kubeconfig of a cluster that the same program makes.
  if (text !== undefined || kubeconfig === undefined) await requireUid(uid, context, text);
  return { hooks: { beforeDelete: [new pulumi.ResourceHook(`stagegate: cluster ${context ?? 'of the kubeconfig'}`, () => undefined)] } };
}

async function requireUid(uid: string, context: string | undefined, kubeconfig: string | undefined): Promise<void> {
  const named = context === undefined ? 'the current context' : `context ${context}`;
  const answer = await withKubeconfig(kubeconfig, (path) => uidBehind(context, path));
  if (answer.uid === uid) return;
  const stack = pulumi.getStack();
  throw new RefusedProgramError(`stack ${stack} is not applied to this cluster, nothing was registered`, [
    {
      code: 'SG064',
      name: 'wrong-cluster',
      severity: 'error',
      path: stack,
      ...(answer.uid === undefined
        ? {
            message: `the cluster of ${named} does not say which one it is`,
            given: answer.failure,
            expected: `kube-system with uid ${uid}`,
            remedy: 'correct the kubeconfig, or allow its user to get the namespace kube-system',
          }
        : {
            message: `${named} leads to another cluster`,
            given: `kube-system with uid ${answer.uid}`,
            expected: `kube-system with uid ${uid}`,
            remedy: 'correct the kubeconfig, or the uid if the cluster itself was made anew',
          }),
    },
  ]);
}

type Answer = { readonly uid: string } | { readonly uid: undefined; readonly failure: string };

async function uidBehind(context: string | undefined, kubeconfig: string | undefined): Promise<Answer> {
  const reached = { ...(context === undefined ? {} : { context }), ...(kubeconfig === undefined ? {} : { kubeconfig }) };
  try {
    const uid = await kubectl(reached, ['get', 'namespace', 'kube-system', '--output', 'jsonpath={.metadata.uid}']);
    return { uid: uid.trim() };
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    return { uid: undefined, failure: error.message };
  }
}

/** The path of a kubeconfig: a file that exists is its path, anything else its text, as the provider has it. */
async function withKubeconfig<T>(kubeconfig: string | undefined, run: (path: string | undefined) => Promise<T>): Promise<T> {
  const path = kubeconfig?.replace(/^~(?=\/)/, homedir());
  if (path === undefined || kubeconfig === undefined || existsSync(path)) return run(path);
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-'));
  try {
    const file = join(folder, 'kubeconfig');
    writeFileSync(file, kubeconfig, { mode: 0o600 });
    return await run(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
