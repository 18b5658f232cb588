import type { EnvironmentModel, PlatformModel, PolicyModel } from '../model/platform-model';
import {
  environmentPath,
  incomingPolicies,
  presentEnvironments,
  refOf,
  sourceText,
  takesReleases,
  tryEnvironment,
  trySharedRef,
} from './environments';
import { type Rule, type RuleFinding, refSubject } from './rule';

/** Production is reached by a release that nothing upstream has shown to work. */
export const productionBypassesValidation: Rule = {
  code: 'SG102',
  name: 'production-bypasses-validation',
  severity: 'error',
  explain: {
    title: 'production is reached without validation upstream',
    refuses:
      'A production-tier environment with a source of its own; a policy into production without Gate.healthy() or Gate.verified(…); a policy from development straight into production while there is a staging tier; in any tier, an environment with a source and an incoming policy without `rebuild: true`.',
    why: 'Approvals say that somebody agreed, a soak says that time passed. Only health and suites in the environment before say that this release works. An environment that builds as well as receives runs images that nobody tested upstream.',
    example: "new PromotionPolicy(platform, 'staging-to-prod', { from: staging, to: prod, gates: [Gate.approvals({ total: 1 })] });",
    remedy:
      'Add the policy, or Gate.healthy() or Gate.verified(suite), on the edge that the finding names; drop the source of an environment that receives releases.',
  },
  check: ({ model }) =>
    presentEnvironments(model).flatMap((environment) => [
      ...bornHere(model, environment),
      ...(environment.tier === 'production'
        ? incomingPolicies(model, environment.name).flatMap((policy) => edgeIntoProduction(model, environment, policy))
        : []),
    ]),
  explored: (violation, { model }) => {
    if (violation.kind !== 'unverified') return undefined;
    const environment = violation.environment ?? '';
    return {
      path: environmentPath(model, environment),
      message: violation.message,
      given: `a release runs in ${environment} that was neither healthy nor verified upstream`,
      expected: 'every release in production healthy or verified upstream',
      remedy: 'close the way that the sequence shows',
    };
  },
};

function bornHere(model: PlatformModel, environment: EnvironmentModel): RuleFinding[] {
  const { name, path, source, tier } = environment;
  if (source === undefined) return [];
  const about = { environments: [name], refs: [refSubject(source.repository, refOf(source))] };
  const incoming = incomingPolicies(model, name);
  const building = incoming.find((policy) => !policy.rebuild);
  if (building !== undefined) {
    return [
      {
        path,
        message: `${name} builds its own images and receives releases as well`,
        given: `${name}.source is ${sourceText(source)}, and ${building.name} promotes from ${building.from}`,
        expected: 'releases that are promoted run with the images that were tested',
        remedy: `drop ${name}.source; if ${name} has to build anew, say rebuild: true on ${building.name}`,
        about,
      },
    ];
  }
  if (tier !== 'production' || incoming.length > 0 || isShared(model, environment)) return [];
  const upstream = bestUpstream(model, environment);
  return [
    {
      path,
      message: `${source.kind === 'branch' ? `a push to ${source.pattern}` : `a tag that matches ${source.pattern}`} deploys ${name}, and no environment before it has seen the release`,
      given: `${name}.source is ${sourceText(source)}, without an incoming policy`,
      expected: `${name} fed by promotion from ${upstream?.name ?? 'an environment before it'}`,
      remedy: `drop ${name}.source; add new PromotionPolicy(…, { from: ${upstream?.name ?? '…'}, to: ${name}, gates: [Gate.healthy(), …] })`,
      about,
    },
  ];
}

/** Sources that another environment shares are SG101: one cause, one finding. */
function isShared(model: PlatformModel, { name, source }: EnvironmentModel): boolean {
  return presentEnvironments(model).some(
    (other) =>
      other.name !== name && other.source !== undefined && source !== undefined && trySharedRef(source, other.source) !== undefined,
  );
}

function edgeIntoProduction(model: PlatformModel, environment: EnvironmentModel, policy: PolicyModel): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const about = { environments: [environment.name] };
  if (!policy.gates.some(({ kind }) => kind === 'healthy' || kind === 'verified')) {
    findings.push({
      path: policy.path,
      message: `releases enter ${environment.name} without having been healthy or verified in ${policy.from}`,
      given: policy.gates.length === 0 ? 'no gates' : `gates ${policy.gates.map(({ id }) => id).join(', ')}`,
      expected: 'Gate.healthy() or Gate.verified(…) among the gates',
      remedy: `add Gate.healthy() to the gates of ${policy.name}`,
      about,
    });
  }
  const staging = model.environments.find((other) => other.tier === 'staging' && takesReleases(other));
  if (staging !== undefined && tryEnvironment(model, policy.from)?.tier === 'development') {
    findings.push({
      path: policy.path,
      message: `releases enter ${environment.name} from ${policy.from} and bypass ${staging.name}`,
      given: `from: ${policy.from}, an environment of tier development`,
      expected: `from: ${staging.name}`,
      remedy: `promote from ${policy.from} to ${staging.name}, and from there to ${environment.name}`,
      about,
    });
  }
  return findings;
}

function bestUpstream(model: PlatformModel, environment: EnvironmentModel): EnvironmentModel | undefined {
  const others = model.environments.filter(
    (other) => other.name !== environment.name && other.tier !== 'production' && takesReleases(other),
  );
  return others.find(({ tier }) => tier === 'staging') ?? others[0];
}
