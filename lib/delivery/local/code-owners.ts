import { minimatch } from 'minimatch';

/** A line of CODEOWNERS. */
export interface OwnedPattern {
  readonly pattern: string;
  /** `@login`, `@organisation/team` or an e-mail address; none clears the ownership of earlier lines. */
  readonly owners: readonly string[];
}

/** Where GitHub looks for the file on the base branch, first found. */
export const codeOwnersPaths = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'] as const;

/** The lines that GitHub reads; it skips lines with what it does not support (`!`, `[ ]`, `\#`). */
export function parseCodeOwners(content: string): readonly OwnedPattern[] {
  return content
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/) as [string, ...string[]])
    .filter(([pattern]) => !/^!|[[\]]|\\#/.test(pattern))
    .map(([pattern, ...owners]) => ({ pattern, owners }));
}

/** The line that owns a path: the last that matches. */
export function tryOwner(lines: readonly OwnedPattern[], path: string): OwnedPattern | undefined {
  return lines.findLast(({ pattern }) => owns(pattern, path));
}

/**
 * Whether a pattern owns a path. Like gitignore: a pattern with a slash before its end starts at the root, any other one matches at every
 * depth; a folder owns what lies under it. Unlike gitignore, `docs/*` owns the files of `docs` alone, not those of its folders.
 */
function owns(pattern: string, path: string): boolean {
  const folder = pattern.endsWith('/');
  const bare = pattern.replace(/^\//, '').replace(/\/$/, '');
  if (bare === '') return folder;
  const anchored = pattern.startsWith('/') || bare.includes('/');
  const glob = anchored ? bare : `**/${bare}`;
  const options = { dot: true, nobrace: true, nocomment: true, noext: true, nonegate: true, platform: 'linux' } as const;
  if (!folder && minimatch(path, glob, options)) return true;
  const single = !folder && anchored && /(^|\/)\*$/.test(bare);
  return !single && minimatch(path, `${glob}/**`, options) && path !== bare;
}
