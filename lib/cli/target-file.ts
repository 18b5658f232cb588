import { existsSync } from 'node:fs';
import { join, resolve as resolvePath } from 'node:path';
import { argoCdHealth } from '../delivery/argocd-health';
import { outside } from '../delivery/error';
import { simulatedTarget } from '../delivery/simulated-target';
import type { Store } from '../delivery/store';
import type { TargetHealth } from '../delivery/target-health';
import type { DesiredDelivery } from '../desired/desired-state';
import { readYaml } from './compiled-program';
import { WrongUseError } from './io';

/** File in the folder of a local host that says where environments run. */
export const TARGET_FILE = 'target.yaml';

/** What `target.yaml` may hold. Relative paths start from the host's folder. */
export type TargetFile =
  /** Argo CD, reached by kubectl. */
  | { readonly kind: 'argo-cd'; readonly kubectl?: string; readonly kubeconfig?: string; readonly context?: string }
  /** A stand-in for a cluster, for trying things out: it applies branches after a time and keeps its state in a file. */
  | { readonly kind: 'simulated'; readonly file?: string; readonly syncSeconds?: number; readonly rolloutSeconds?: number };

const FIELDS: Readonly<Record<string, Readonly<Record<string, 'string' | 'number'>>>> = {
  'argo-cd': { kubectl: 'string', kubeconfig: 'string', context: 'string' },
  simulated: { file: 'string', syncSeconds: 'number', rolloutSeconds: 'number' },
};

/** A target with what people are told about it. */
export interface OpenedTarget {
  readonly target: TargetHealth;
  /** Said on stderr with every command: that the target is a stand-in, or that there is none. */
  readonly warning?: string;
}

/** Opens the target that a local host's `target.yaml` names. Without the file there is none: nothing is observed, and nothing can be synced. */
export function openTarget(root: string, desired: DesiredDelivery, store: Store, now: () => Promise<number>): OpenedTarget {
  const path = join(root, TARGET_FILE);
  if (!existsSync(path)) return { target: absentTarget(path), warning: `no target: ${path} does not exist, so that health is not known` };
  const file = targetFile(readYaml(path, TARGET_FILE));
  switch (file.kind) {
    case 'argo-cd': {
      const { kubectl, kubeconfig, context } = file;
      return {
        target: argoCdHealth({
          desired,
          ...(kubectl && { kubectl }),
          ...(kubeconfig && { kubeconfig: resolvePath(root, kubeconfig) }),
          ...(context && { context }),
        }),
      };
    }
    case 'simulated': {
      const { file: state = 'cluster.json', syncSeconds, rolloutSeconds } = file;
      const times = { ...(syncSeconds !== undefined && { syncSeconds }), ...(rolloutSeconds !== undefined && { rolloutSeconds }) };
      return {
        target: simulatedTarget({ desired, store, now, file: resolvePath(root, state), ...times }),
        warning: `the cluster is a stand-in, ${resolvePath(root, state)}`,
      };
    }
  }
}

function targetFile(content: unknown): TargetFile {
  const record = typeof content === 'object' && content !== null && !Array.isArray(content) ? (content as Record<string, unknown>) : {};
  const fields = FIELDS[String(record.kind)];
  if (fields === undefined)
    throw new WrongUseError(
      `${TARGET_FILE}: kind is ${JSON.stringify(record.kind) ?? 'not given'}`,
      `write kind: ${Object.keys(FIELDS).join(' or kind: ')}`,
    );
  for (const [name, value] of Object.entries(record)) {
    if (name === 'kind') continue;
    const expected = fields[name];
    if (expected === undefined)
      throw new WrongUseError(
        `${TARGET_FILE}: ${name} is no field of a target of kind ${String(record.kind)}`,
        `choose among ${Object.keys(fields).join(', ')}`,
      );
    if (typeof value !== expected || (typeof value === 'number' && value < 0))
      throw new WrongUseError(
        `${TARGET_FILE}: ${name} is ${JSON.stringify(value)}`,
        `give a ${expected === 'number' ? 'number of seconds' : 'text'}`,
      );
  }
  return record as unknown as TargetFile;
}

function absentTarget(path: string): TargetHealth {
  const refuse = async (): Promise<never> => outside('there is no target to look at', `write ${path}, for instance kind: argo-cd`);
  return { observe: refuse, refresh: refuse, sync: refuse };
}
