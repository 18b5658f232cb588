import type { Difference } from '../diff/difference';

/** Files that both the comparison and whoever repeats it give. */
const FILES = ['program', 'images', 'values'] as const;

/** The command that writes a whole difference, for whoever has a clone in which the head is checked out. */
export function wholeDifferenceCommand({ base, environments }: Difference, options: Readonly<Record<string, unknown>> = {}): string {
  const files = FILES.flatMap((name) => (options[name] === undefined ? [] : [`--${name}`, word(String(options[name]))]));
  return ['stagegate diff --json', ...sideOf(base, environments[0]?.name), ...files].join(' ');
}

/** With which side the difference was made, so far as it says that. */
function sideOf({ name, commit }: Difference['base'], environment: string | undefined): string[] {
  if (environment !== undefined && name === 'cluster') return ['--live', word(environment)];
  if (environment !== undefined && name === `env/${environment}`) return ['--released', word(environment)];
  return commit === undefined || !/^[0-9a-f]{7,64}$/.test(commit) ? [] : ['--base', commit.slice(0, 12)];
}

/** As one word for a shell. */
function word(text: string): string {
  return /^[\w./:@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
