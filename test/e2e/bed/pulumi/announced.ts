import { execFileSync } from 'node:child_process';
import type { Outcome } from './events';

interface Announced {
  /** The built command line. */
  readonly cli: string;
  /** Folder with the program. */
  readonly folder: string;
  /** The program. @default the one that is found in the folder */
  readonly program?: string;
}

/** What `stagegate preview` says that stacks register, `<type> <logical name>`, where each component is called as its stack. Sorted. */
export function announced({ cli, folder, program }: Announced, ...stacks: readonly string[]): string[] {
  const args = [cli, 'preview', '--json', ...(program === undefined ? [] : ['--program', program])];
  const printed: { readonly stacks: readonly { readonly name: string; readonly resources: readonly { type: string; name: string }[] }[] } =
    JSON.parse(execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }));
  return printed.stacks
    .filter(({ name }) => stacks.includes(name))
    .flatMap(({ name: stack, resources }) => resources.map(({ type, name }) => `${type} ${stack}/${name}`))
    .sort();
}

/** What a run did with resources below components of these names, as `announced` has it. */
export function registeredBelow({ steps }: Outcome, ...components: readonly string[]): string[] {
  return steps
    .filter(({ name }) => components.some((component) => name.startsWith(`${component}/`)))
    .map(({ type, name }) => `${type} ${name}`)
    .sort();
}
