import type { DesiredState } from '../desired/desired-state';
import type { EnvironmentModel } from '../model/platform-model';
import { applicationsOf, isKind, pairs, presentEnvironments, textAt, tryDesiredEnvironment } from './environments';
import type { Rule } from './rule';

/** Two environments in one namespace. */
export const sharedNamespace: Rule = {
  code: 'SG201',
  name: 'shared-namespace',
  severity: 'error',
  explain: {
    title: 'two environments share a namespace',
    refuses:
      'Two environments on one cluster whose namespace is the same, by declaration or by an override of the Namespace or of the destination of the Application.',
    why: 'Each environment would prune the objects of the other, and their pods would reach each other and share one quota.',
    example: "new Environment(platform, 'qa', { tier: Tier.staging, target, namespace: 'shop-staging' });",
    remedy: 'Give each environment a namespace of its own; the default is `<platform>-<environment>`.',
  },
  check: ({ model, desired }) =>
    pairs(presentEnvironments(model)).flatMap(([one, other]) => {
      const taken = placesOf(desired, one);
      const shared = placesOf(desired, other).find((place) => taken.includes(place));
      if (shared === undefined) return [];
      const [cluster, namespace] = shared.split(' ');
      return [
        {
          path: other.path,
          message: `${one.name} and ${other.name} share a namespace`,
          given: `namespace ${namespace} on cluster ${cluster} for both`,
          expected: 'a namespace of its own for each environment',
          remedy: `leave namespace out, or name another one for ${other.name}`,
        },
      ];
    }),
};

/** Cluster and namespace that an environment writes to: of its Namespace object, and where its Applications deploy. */
function placesOf(desired: DesiredState, environment: EnvironmentModel): string[] {
  if (environment.target.kind !== 'kubernetes') return [];
  const { cluster } = environment.target;
  const namespaces = (tryDesiredEnvironment(desired, environment.name)?.bootstrap ?? []).filter((object) =>
    isKind(object, '', 'Namespace'),
  );
  return [
    ...namespaces.map((object) => `${cluster} ${object.metadata.name}`),
    ...applicationsOf(desired, environment.name).map(
      (application) =>
        `${textAt(application, 'spec', 'destination', 'name') ?? cluster} ${textAt(application, 'spec', 'destination', 'namespace') ?? ''}`,
    ),
  ];
}
