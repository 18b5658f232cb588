// GitHub reads patterns of refs in two ways. Rulesets and environments: Ruby's fnmatch with FNM_PATHNAME, where `*` stops at a slash,
// `**/` crosses any number of folders, and `**` at the end is no more than `*`. Triggers of workflows: a language of their own.

/** The full name of a branch, or of a pattern of branches, as rulesets take it. */
export function branchRef(pattern: string): string {
  return `refs/heads/${pattern}`;
}

/** The full name of a tag, or of a pattern of tags, as rulesets take it. */
export function tagRef(pattern: string): string {
  return `refs/tags/${pattern}`;
}

/** Everything below a prefix that ends with a slash, at any depth. `prefix/**` alone would stop at the next slash. */
export function everythingBelow(prefix: string): string {
  return `${prefix.replace(/\/?$/, '/')}**/*`;
}

/**
 * The filter of a workflow's trigger that admits at least what the pattern admits. Where the two languages differ (`?`, `[!a]`) it admits
 * more; who must know exactly tests the name with {@link patternExpression}.
 */
export function triggerFilter(pattern: string): string {
  const filter = pattern
    .replace(/\*\*\//g, '\u0000')
    .replace(/\*\*/g, '*')
    .replace(/\[[^\]]*\]/g, (set) => (/^\[[a-zA-Z0-9-]+\]$/.test(set) ? set : '*'))
    .replace(/\?/g, '*')
    .replace(/\+/g, '\\+')
    .replace(/\u0000/g, '**');
  return filter.startsWith('!') ? `\\${filter}` : filter;
}

/** A regular expression, anchored, for the short names that a pattern of fnmatch admits; readable by JavaScript and by jq. */
export function patternExpression(pattern: string): string {
  let text = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] as string;
    const set = character === '[' ? /^\[([!^]?)([^\]]+)\]/.exec(pattern.slice(at)) : null;
    if (pattern.startsWith('**/', at) && (at === 0 || pattern[at - 1] === '/')) {
      text += '(?:[^/]+/)*';
      at += 2;
    } else if (set) {
      text += `[${set[1] === '' ? '' : '^/'}${(set[2] as string).replace(/[\\\]^]/g, '\\$&')}]`;
      at += set[0].length - 1;
    } else if (character === '*') text += '[^/]*';
    else if (character === '?') text += '[^/]';
    else text += character.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  }
  return `^${text}$`;
}
