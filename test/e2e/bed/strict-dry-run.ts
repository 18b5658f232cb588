import type { ControlPlane } from './control-plane';
import { type KubernetesObject, loadObjects, yamlFiles } from './objects';

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
  const objects = new Map<string, readonly KubernetesObject[]>();
  for (const file of files) {
    try {
      const held = loadObjects(file);
      if (held.length === 0) throw new Error(`${file} holds no object`);
      objects.set(file, held);
    } catch (failure) {
      results.set(file, { file, accepted: false, message: messageOf(failure) });
    }
  }
  const namespaces = new Set([...objects.values()].flat().flatMap(({ metadata }) => metadata.namespace ?? []));
  const made = [...namespaces].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }));
  if (made.length > 0) await controlPlane.apply(made);

  const ask = (asked: readonly string[]): Promise<Pick<DryRun, 'accepted' | 'message'>> => {
    const args = ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict'];
    return controlPlane.kubectl([...args, ...asked.flatMap((file) => ['-f', file])]).then(
      (message) => ({ accepted: true, message: message.trim() }),
      (failure) => ({ accepted: false, message: messageOf(failure) }),
    );
  };
  // Most folders are taken whole, with a line per object. Where something is refused, every file is asked about alone.
  const whole = objects.size > 0 ? await ask([...objects.keys()]) : { accepted: false, message: '' };
  const lines = whole.message.split('\n');
  const count = [...objects.values()].flat().length;
  if (whole.accepted && lines.length !== count) throw new Error(`kubectl has ${lines.length} lines of ${count} objects:\n${whole.message}`);
  for (const [file, held] of objects) {
    const answer = whole.accepted ? { accepted: true, message: lines.splice(0, held.length).join('\n') } : await ask([file]);
    results.set(file, { file, ...answer });
  }
  return files.flatMap((file) => results.get(file) ?? []);
}

function messageOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
