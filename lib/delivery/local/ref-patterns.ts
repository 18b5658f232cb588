import { minimatch } from 'minimatch';

/**
 * Whether a pattern of a ruleset's `ref_name` condition matches a full ref name. GitHub matches like Ruby's `File.fnmatch` with
 * `FNM_PATHNAME` and without `FNM_EXTGLOB`: `*` and `?` stop at `/`; only `**` between slashes crosses them, so that `env/**` is `env/*`
 * and everything below is `env/**` + `/*`; braces and parentheses are letters; a pattern that is only a beginning matches nothing.
 *
 * @see https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-rulesets/creating-rulesets-for-a-repository#using-fnmatch-syntax
 */
export function refPatternMatches(pattern: string, ref: string): boolean {
  const segments = pattern.split('/');
  const last = segments.length - 1;
  const translated = segments.map((segment, index) => (segment === '**' && index < last ? '**' : segment.replace(/\*+/g, '*')));
  return minimatch(ref, translated.join('/'), {
    dot: true,
    nobrace: true,
    nocomment: true,
    noext: true,
    nonegate: true,
    platform: 'linux',
  });
}

/** Whether a ruleset's condition covers a ref; `~ALL` and `~DEFAULT_BRANCH` are GitHub's words. */
export function conditionCovers(
  condition: { readonly include: readonly string[]; readonly exclude: readonly string[] },
  ref: string,
  defaultBranch: string,
): boolean {
  const matches = (pattern: string): boolean => {
    if (pattern === '~ALL') return true;
    if (pattern === '~DEFAULT_BRANCH') return ref === `refs/heads/${defaultBranch}`;
    return refPatternMatches(pattern, ref);
  };
  return condition.include.some(matches) && !condition.exclude.some(matches);
}
