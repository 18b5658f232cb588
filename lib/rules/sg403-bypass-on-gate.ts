import type { DesiredBypassActor, DesiredRuleset, DesiredState } from '../desired/desired-state';
import { rulesetsOf } from '../explorer/github';
import type { PlatformModel } from '../model/platform-model';
import { actorText, deliveryRepository, isApp, tryRepository } from './applied-rules';
import { deliveryRefs, deliveryRefText } from './delivery-refs';
import { andText, environmentPath, refOf } from './environments';
import { isProgramBranch, protectionPath, releaseRefs } from './release-refs';
import { type Rule, type RuleFinding, refSubject } from './rule';

/** Somebody who is exempt from a gate. */
export const bypassOnGate: Rule = {
  code: 'SG403',
  name: 'bypass-on-gate',
  severity: 'error',
  explain: {
    title: 'somebody is exempt from a gate',
    refuses:
      'A bypass actor other than the delivery app on a ruleset of `env/*`, `promote/*`, the state branch or the release tags; any bypass actor on a branch that a policy waits for (`on`), or on tags there beyond their creation. The program branch is SG405.',
    why: 'A bypass actor passes over every rule of the ruleset, silently. GitHub Actions cannot be one at all: GitHub refuses app 15368.',
    example:
      "new BranchProtection(repository, 'release', { ref: repository.branch('release'), approvals: 1, bypass: [Bypass.role('admin')] });",
    remedy: 'Drop the bypass; give the few who need it a declared way: a rollback, or an approval.',
  },
  check: ({ model, desired }) => [...deliveryFindings(model, desired), ...gateFindings(model, desired)],
};

function deliveryFindings(model: PlatformModel, desired: DesiredState): RuleFinding[] {
  const repository = deliveryRepository(desired);
  if (repository === undefined) return [];
  const reported = new Set<string>();
  return deliveryRefs(desired).flatMap((deliveryRef) =>
    rulesetsOf(repository, deliveryRef.ref).flatMap((ruleset): RuleFinding[] => {
      const exempt = ruleset.bypass_actors.filter((actor) => !isApp(actor, desired.delivery.apps.delivery));
      if (exempt.length === 0 || reported.has(ruleset.name)) return [];
      reported.add(ruleset.name);
      return [
        {
          path: deliveryRef.environment === undefined ? model.name : environmentPath(model, deliveryRef.environment),
          message: `${actorsText(exempt, desired)} may pass over ruleset '${ruleset.name}', which carries deliveries`,
          given: `bypass actors of '${ruleset.name}' on ${deliveryRefText(deliveryRef)}: ${actorsText(exempt, desired)}`,
          expected: `at most app ${desired.delivery.apps.delivery.slug}`,
          remedy: 'apply the rulesets as they are rendered',
          about: aboutOf(desired, repository.name, ruleset),
        },
      ];
    }),
  );
}

/** Everything that the ruleset holds for: one exempt actor harms all of it. */
function aboutOf(desired: DesiredState, repository: string, ruleset: DesiredRuleset) {
  const held = deliveryRefs(desired).filter(({ ref }) =>
    deliveryRepository(desired)?.name === repository
      ? rulesetsOf({ ...(deliveryRepository(desired) as NonNullable<ReturnType<typeof deliveryRepository>>), rulesets: [ruleset] }, ref)
          .length > 0
      : false,
  );
  return { environments: held.flatMap(({ environment }) => environment ?? []), refs: held.map(({ ref }) => refSubject(repository, ref)) };
}

function gateFindings(model: PlatformModel, desired: DesiredState): RuleFinding[] {
  return releaseRefs(model).flatMap(({ source, ref, gate, environments }): RuleFinding[] => {
    const repository = tryRepository(desired, source.repository);
    if (!gate || isProgramBranch(model, source) || repository === undefined) return [];
    const rulesets = rulesetsOf(repository, ref).filter(
      ({ rules }) => source.kind === 'branch' || rules.some(({ type }) => type !== 'creation'),
    );
    const exempt = rulesets.flatMap(({ bypass_actors }) => bypass_actors);
    if (exempt.length === 0) return [];
    const waiting = model.policies
      .filter(({ on }) => on !== undefined && JSON.stringify(on) === JSON.stringify(source))
      .map(({ name }) => name);
    return [
      {
        path: protectionPath(model, source),
        message: `${actorsText(exempt, desired)} may pass over the protection of ${source.pattern}, for which ${andText(waiting)} waits`,
        given: `bypass: ${actorsText(exempt, desired)}`,
        expected: 'nobody exempt on a ref that a policy waits for',
        remedy: `drop bypass from the protection of ${source.pattern}`,
        about: {
          environments: environments.map(({ name }) => name),
          refs: [refSubject(source.repository, refOf(source)), refSubject(source.repository, ref)],
        },
      },
    ];
  });
}

function actorsText(actors: readonly DesiredBypassActor[], desired: DesiredState): string {
  return andText([...new Set(actors.map((actor) => actorText(actor, desired)))]);
}
