import type { DesiredRepository } from '../desired/desired-state';

const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

/** Teams and people who own a file, as the CODEOWNERS file on the base branch says: the last line that matches counts, one owner suffices. */
export function ownersOf(repository: DesiredRepository, path: string): readonly string[] {
  const text =
    PLACES.map((place) => repository.files.find((file) => file.path === place)).find((file) => file !== undefined)?.content ?? '';
  let owners: readonly string[] = [];
  for (const line of text.split('\n')) {
    const [pattern, ...names] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (pattern && ownershipMatches(pattern, path)) owners = names.map(ownerName);
  }
  return owners;
}

/** `@acme/platform` is the team `platform`, `@mia` is the person `mia`. */
function ownerName(owner: string): string {
  return owner.replace(/^@/, '').replace(/^[^/]+\//, '');
}

const compiled = new Map<string, RegExp>();

function ownershipMatches(pattern: string, path: string): boolean {
  let expression = compiled.get(pattern);
  if (!expression) {
    expression = ownershipExpression(pattern);
    compiled.set(pattern, expression);
  }
  return expression.test(path);
}

function ownershipExpression(pattern: string): RegExp {
  const anchored = pattern.replace(/\/$/, '').includes('/');
  const body = pattern
    .replace(/^\//, '')
    .replace(/\/$/, '')
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*\*\/|\/\*\*$|\*|\?/g, (wildcard) => ({ '**/': '(?:.+/)?', '/**': '/.+', '*': '[^/]*', '?': '[^/]' })[wildcard] ?? wildcard);
  // `docs/*` owns the files of that folder alone; everything else owns what lies below it too.
  const below = pattern.endsWith('/') ? '/.+' : /\/\*$/.test(pattern) ? '' : '(?:/.+)?';
  return new RegExp(`^${anchored ? '' : '(?:.+/)?'}${body}${below}$`);
}
