/**
 * Whether a full ref matches a pattern of a ruleset: Ruby's `File.fnmatch` with `FNM_PATHNAME`, as GitHub documents it. `*` and `?` stop at
 * a slash, a whole `**` followed by a slash crosses any number of them, and `**` at the end is no more than `*`.
 */
export function refMatches(pattern: string, ref: string, defaultBranch: string): boolean {
  if (pattern === '~ALL') return true;
  if (pattern === '~DEFAULT_BRANCH') return ref === `refs/heads/${defaultBranch}`;
  return expression(pattern).test(ref);
}

const compiled = new Map<string, RegExp>();

function expression(pattern: string): RegExp {
  const known = compiled.get(pattern);
  if (known) return known;
  let text = '';
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at] as string;
    if (pattern.startsWith('**/', at) && (at === 0 || pattern[at - 1] === '/')) {
      text += '(?:[^/]+/)*';
      at += 2;
    } else if (character === '*') text += '[^/]*';
    else if (character === '?') text += '[^/]';
    else if (character === '[') {
      const end = pattern.indexOf(']', at + 1);
      if (end < 0) text += '\\[';
      else {
        const inside = pattern.slice(at + 1, end).replace(/^[!^]/, '^');
        text += `[${inside.replace(/\\/g, '\\\\')}]`;
        at = end;
      }
    } else text += character.replace(/[.+^${}()|\\\]]/g, '\\$&');
  }
  const result = new RegExp(`^${text}$`);
  compiled.set(pattern, result);
  return result;
}

/** A name that a pattern matches, to try it with: `v*.*.*` gives `v1.1.1`. */
export function sampleOf(pattern: string): string {
  return pattern
    .replace(/\*\*\//g, '')
    .replace(/\[([^\]])[^\]]*\]/g, '$1')
    .replace(/[*?]+/g, '1');
}
