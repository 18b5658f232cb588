import type { DesiredRepository } from './desired-state';

/** Whether GitHub enforces rulesets in a repository: in every public one, in others where its owner pays. */
export function hasRulesets({ visibility, plan }: Pick<DesiredRepository, 'visibility' | 'plan'>): boolean {
  return visibility === 'public' || plan !== 'free';
}
