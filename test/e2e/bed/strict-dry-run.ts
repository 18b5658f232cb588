import type { ControlPlane } from './control-plane';
import { loadObjects, yamlFiles } from './objects';

/** What the API server says to one file. */
export interface DryRun {
  readonly file: string;
  readonly accepted: boolean;
  /** What kubectl printed; why, when the file is refused. */
  readonly message: string;
}

/**
 * Asks the API server whether it would take each YAML file of a folder and of those below it, unknown and doubled fields refused:
 * `kubectl apply --server-side --dry-run=server --validate=strict`. A key that occurs twice in the YAML is found as well, which
 * the API server would not notice. Namespaces that the objects are in are created, as a dry run in an absent one is refused.
 */
export async function strictDryRun(controlPlane: Pick<ControlPlane, 'kubectl' | 'apply'>, folder: string): Promise<readonly DryRun[]> {
  const files = yamlFiles(folder);
  if (files.length === 0) throw new Error(`${folder} holds no YAML file`);
  const results = new Map<string, DryRun>();
  const namespaces = new Set<string>();
  const loadable = files.filter((file) => {
    try {
      for (const { metadata } of loadObjects(file)) if (metadata.namespace !== undefined) namespaces.add(metadata.namespace);
      return true;
    } catch (failure) {
      results.set(file, { file, accepted: false, message: messageOf(failure) });
      return false;
    }
  });
  const made = [...namespaces].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  if (made.length > 0) await controlPlane.apply(made);

  const waiting = [...loadable];
  const ask = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const args = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', file];
      const answer = await controlPlane.kubectl(args).then(
        (message) => ({ accepted: true, message: message.trim() }),
        (failure) => ({ accepted: false, message: messageOf(failure) }),
      );
      results.set(file, { file, ...answer });
    }
  };
  await Promise.all([ask(), ask()]);
  return files.flatMap((file) => results.get(file) ?? []);
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
