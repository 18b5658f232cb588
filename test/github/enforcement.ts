import { classicRulesets } from './classic-rulesets';
import type { Repository } from './world';

/** From now on git and merges obey the rulesets and classic protections of a repository as they are. */
export async function enforce(repository: Repository): Promise<void> {
  const rulesets = [...repository.rulesets.values()].map(({ id: _id, createdAt: _created, updatedAt: _updated, ...ruleset }) => ruleset);
  await repository.enforce([...rulesets, ...classicRulesets(repository)]);
}
