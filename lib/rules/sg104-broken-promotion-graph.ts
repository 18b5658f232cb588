import type { EnvironmentModel, PlatformModel, PolicyModel } from '../model/platform-model';
import { andText, environmentPath, presentEnvironments, takesReleases, tryEnvironment } from './environments';
import type { Rule, RuleFinding } from './rule';

/** A promotion graph on which releases cannot move as declared. */
export const brokenPromotionGraph: Rule = {
  code: 'SG104',
  name: 'broken-promotion-graph',
  severity: 'error',
  explain: {
    title: 'the promotion graph does not hold together',
    refuses:
      'A policy from or to an environment that does not exist; a cycle of policies; two policies for one edge; an active environment that no release can ever reach.',
    why: 'A release enters where there is a source and moves along policies into environments that are active. What no such path reaches stays empty for ever, and on a cycle nothing says which environment is tested first.',
    example: "new Environment(platform, 'prod', { tier: Tier.production, target });  // no source, no policy into it",
    remedy: 'Add a source or a policy for what is unreachable, remove one policy of a cycle, join two policies of one edge.',
  },
  check: ({ model }) => [...unknownEnds(model), ...doubledEdges(model), ...cycles(model), ...unreachable(model)],
  unreached: ({ environment, reason }, { model }) => ({
    path: environmentPath(model, environment),
    message: `no release reached ${environment}, whatever happened within the bounds`,
    given: reason,
    expected: 'a sequence of events that lawfully brings a release there',
    remedy: `let the gates, the rulesets and the sync of ${environment} agree`,
  }),
};

function unknownEnds(model: PlatformModel): RuleFinding[] {
  return model.policies.flatMap((policy) =>
    [policy.from, policy.to]
      .filter((name) => tryEnvironment(model, name) === undefined)
      .map((name) => ({
        path: policy.path,
        message: `${policy.name} names an environment that does not exist`,
        given: name,
        expected: andText(model.environments.map((environment) => environment.name)),
        remedy: 'name an environment of this platform',
      })),
  );
}

function doubledEdges(model: PlatformModel): RuleFinding[] {
  return model.policies.flatMap((policy, index) => {
    const earlier = model.policies.slice(0, index).find(({ from, to }) => from === policy.from && to === policy.to);
    if (earlier === undefined) return [];
    return [
      {
        path: policy.path,
        message: `two policies for the edge ${policy.from} → ${policy.to}`,
        given: `${earlier.name} and ${policy.name}`,
        expected: 'one policy for an edge',
        remedy: `join the gates of ${earlier.name} and ${policy.name} in one policy`,
        about: { environments: [policy.to] },
      },
    ];
  });
}

/** Each cycle once, as the path that closes it, beginning with its first environment by name. */
function cycles(model: PlatformModel): RuleFinding[] {
  const found = new Map<string, readonly PolicyModel[]>();
  const follow = (path: readonly PolicyModel[]): void => {
    const first = path[0] as PolicyModel;
    const last = path.at(-1) as PolicyModel;
    if (last.to === first.from) {
      const names = path.map(({ from }) => from);
      if (names.every((name) => name >= first.from)) found.set(names.join(), path);
      return;
    }
    for (const next of model.policies) if (next.from === last.to && !path.some(({ from }) => from === next.from)) follow([...path, next]);
  };
  for (const policy of model.policies) follow([policy]);
  return [...found.values()].map((path) => {
    const walk = [...path.map(({ from }) => from), path[0]?.from ?? ''].join(' → ');
    return {
      path: path[0]?.path ?? model.name,
      message: `policies form a cycle: ${walk}`,
      given: andText(path.map(({ name }) => name)),
      expected: 'a graph without cycles',
      remedy: 'remove one of these policies; a way back is a rollback, not a promotion',
      about: { environments: path.map(({ from }) => from) },
    };
  });
}

function unreachable(model: PlatformModel): RuleFinding[] {
  const active = new Set(
    presentEnvironments(model)
      .filter(takesReleases)
      .map(({ name }) => name),
  );
  const reached = new Set(
    model.environments.filter(({ name, source }) => active.has(name) && source !== undefined).map(({ name }) => name),
  );
  for (let size = -1; size !== reached.size; ) {
    size = reached.size;
    for (const { from, to } of model.policies) if (reached.has(from) && active.has(to)) reached.add(to);
  }
  const lost = model.environments.filter(({ name }) => active.has(name) && !reached.has(name));
  // What hangs below an unreachable environment is its consequence; a cycle has its own finding.
  const causes = lost.filter(
    ({ name }) => !model.policies.some(({ from, to }) => to === name && lost.some((other) => other.name === from)),
  );
  return causes.map((environment) => unreachableFinding(model, environment));
}

function unreachableFinding(model: PlatformModel, { name, path }: EnvironmentModel): RuleFinding {
  const closed = model.policies
    .filter(({ to }) => to === name)
    .map(({ from }) => `${from} is ${tryEnvironment(model, from)?.lifecycle ?? 'unknown'}`);
  return {
    path,
    message: `no release can ever reach ${name}`,
    given:
      closed.length === 0 ? 'no source and no policy into it' : `policies only from environments that take no releases: ${andText(closed)}`,
    expected: 'a source, or a policy from an environment that releases reach',
    remedy:
      closed.length === 0
        ? `add a PromotionPolicy into ${name}, or give it a source`
        : `promote into ${name} from an active environment, or make ${name} planned as well`,
    about: { environments: [name] },
  };
}
