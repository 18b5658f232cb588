import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A program in place of kubectl: answers `get` and `logs` from files, takes `annotate`, refuses the rest, and writes down what it was asked. */
export interface StandInKubectl {
  readonly path: string;
  /** What an Application says, by its name. */
  setApplication(name: string, application: object): Promise<void>;
  /** What the Deployments of a namespace say. */
  setDeployments(namespace: string, items: readonly object[]): Promise<void>;
  /** The calls so far, without the options that every call has. */
  calls(): Promise<readonly string[]>;
}

const SCRIPT = `#!/bin/sh
cd "$(dirname "$0")" || exit 1
shift
printf '%s\\n' "$*" >> calls
case "$1" in
  get)
    case "$*" in
      *applications.argoproj.io/*) exec cat "application-\${4#applications.argoproj.io/}.json" ;;
      *deployments.apps*) exec cat "deployments-$4.json" ;;
    esac ;;
  logs) echo "$5 said something"; exit 0 ;;
  annotate) exit 0 ;;
esac
echo "forbidden: $*" >&2
exit 1
`;

/** Puts the stand-in into a folder. */
export async function standInKubectl(folder: string): Promise<StandInKubectl> {
  const path = join(folder, 'kubectl');
  await writeFile(path, SCRIPT);
  await chmod(path, 0o755);
  const json = (name: string, value: object): Promise<void> => writeFile(join(folder, name), JSON.stringify(value));
  return {
    path,
    setApplication: (name, application) => json(`application-${name}.json`, application),
    setDeployments: (namespace, items) => json(`deployments-${namespace}.json`, { items }),
    async calls() {
      const text = await readFile(join(folder, 'calls'), 'utf8').catch(() => '');
      return text.split('\n').filter((line) => line !== '');
    },
  };
}
