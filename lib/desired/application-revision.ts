const HEADS = 'refs/heads/';

/**
 * What an Application follows so that it means the branch and nothing else. Argo CD takes the first ref whose short name matches, and
 * `refs/env/prod`, which no ruleset covers since rulesets cover branches and tags only, sorts before `refs/heads/env/prod`.
 */
export function revisionOfBranch(branch: string): string {
  return `${HEADS}${branch}`;
}

/** The branch that a target revision names, in full or short. */
export function branchOfRevision(revision: string): string {
  return revision.startsWith(HEADS) ? revision.slice(HEADS.length) : revision;
}
