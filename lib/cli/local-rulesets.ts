import { bind, openSlots } from '../compile/bind';
import type { People } from '../delivery/local/people';
import type { DesiredRuleset, DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { type SlotValue, slotsIn } from '../values/slot';
import { WrongUseError } from './io';

/**
 * The compiled rulesets of the delivery repository, with the ids that apps and teams have on a local host.
 *
 * @throws WrongUseError when the host lacks an app or a team that they name, or knows an app by another id.
 */
export function localRulesets(
  { model, desired }: { readonly model: PlatformModel; readonly desired: DesiredState },
  people: People,
): readonly DesiredRuleset[] {
  const values: Record<string, SlotValue> = {};
  for (const { slug, id } of Object.values(model.apps)) {
    const known = people.apps[slug]?.id;
    const [slot] = typeof id === 'string' ? slotsIn(id) : [];
    if (slot !== undefined && known !== undefined) values[slot] = known;
    if (typeof id === 'number' && known !== undefined && known !== id)
      throw new WrongUseError(`people.yaml gives the app ${slug} the id ${known}, the program ${id}`, 'make both the same');
  }
  for (const [slug, { id }] of Object.entries(people.apps)) values[`app/${slug}`] ??= id;
  for (const [slug, { id }] of Object.entries(people.teams)) values[`team/${slug}`] = id;
  const rulesets = desired.repositories.find(({ name }) => name === desired.delivery.repository)?.rulesets ?? [];
  const bound = bind(rulesets, values);
  const known = new Set(Object.values(people.apps).map(({ id }) => id));
  const strangers = Object.values(model.apps).filter(({ id }) => typeof id === 'number' && !known.has(id) && appsIn(bound).has(id));
  const missing = [...openSlots(bound), ...strangers.map(({ slug }) => `app/${slug}`)];
  if (missing.length > 0) throw new WrongUseError(`people.yaml names no ${missing.join(', no ')}`, 'add them, with an id each');
  return bound;
}

/** Ids of the apps that rulesets let past, or whose checks they require. */
function appsIn(rulesets: readonly DesiredRuleset[]): ReadonlySet<number | string | undefined> {
  const bypassing = rulesets.flatMap(({ bypass_actors: actors }) =>
    actors.filter((actor) => actor.actor_type === 'Integration').map((actor) => actor.actor_id),
  );
  const checks = rulesets.flatMap(({ rules }) =>
    rules.flatMap((rule) => (rule.type === 'required_status_checks' ? rule.parameters.required_status_checks : [])),
  );
  return new Set([...bypassing, ...checks.map((check) => check.integration_id)]);
}
