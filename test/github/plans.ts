import { forbidden, notFound } from './route';
import type { Repository } from './world';

/** Private repositories of a free plan have no rulesets and no protected branches. */
export function refuseProtectionByPlan(repository: Repository): void {
  if (isFreeAndPrivate(repository)) forbidden('Upgrade to GitHub Pro or make this repository public to enable this feature.');
}

/** Private repositories of a free plan have no environments: as if they were not there. */
export function refuseEnvironmentsByPlan(repository: Repository): void {
  if (isFreeAndPrivate(repository)) notFound();
}

function isFreeAndPrivate({ plan, visibility }: Repository): boolean {
  return plan === 'free' && visibility !== 'public';
}

/** Reviewers, waiting and administrators who are kept out are for public repositories and GitHub Enterprise. */
export function hasProtectionRules({ plan, visibility }: Repository): boolean {
  return visibility === 'public' || plan === 'enterprise';
}
