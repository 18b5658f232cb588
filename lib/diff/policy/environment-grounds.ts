import type { DeliveryEnvironment } from '../../desired/desired-state';
import { durationText } from '../../values/duration';
import { atLeast } from './claim';
import type { Correspondence } from './correspondence';
import type { Demand, Ground } from './demand';
import { floorDemands } from './floor-demands';
import { projectDemands } from './project-demands';
import { syncDemands } from './sync-demands';
import { DELIVERY } from './words';

/** What is demanded in the environments that are there before and after: how they sync, what Argo CD may do there, what the cluster refuses. */
export function environmentGrounds(sides: Correspondence, which: 'base' | 'head'): readonly Ground[] {
  const { desired } = sides[which];
  return sides.environments.flatMap((pair): Ground[] => {
    const environment = pair[which];
    const bootstrap = desired.environments.find(({ name }) => name === environment.name)?.bootstrap ?? [];
    const ground = (key: string, what: string, demands: readonly Demand[]): Ground => ({
      key: `${key} ${pair.head.name}`,
      name: environment.name,
      around: [what, ''],
      place: { kind: 'environment', name: pair.head.name },
      demands,
    });
    const project = bootstrap.find(({ kind }) => kind === 'AppProject');
    return [
      ground('environment', '', [...settingDemands(environment), ...syncDemands(environment, bootstrap)]),
      ...(project === undefined ? [] : [ground('project', 'AppProject of ', projectDemands(environment, project))]),
      ...(bootstrap.some(({ kind }) => kind === 'Namespace') ? floorDemands(environment, bootstrap) : []).map(({ what, demands }) =>
        ground(what, `${what} of `, demands),
      ),
    ];
  });
}

const TIERS = ['development', 'staging', 'production'] as const;

function settingDemands({ tier, lifecycle, health, admit }: DeliveryEnvironment): Demand[] {
  const takes = lifecycle === 'active' || lifecycle === 'deprecated' ? 'takes releases' : `is ${lifecycle}`;
  return [
    // Rules demand the more of an environment the higher its tier, and the program needs what edges into production ask for.
    { topic: 'tier', text: `tier ${tier}`, none: '', claims: [atLeast('tier', TIERS.indexOf(tier))] },
    { topic: 'lifecycle', text: takes, none: '', claims: [atLeast(takes)] },
    {
      topic: 'health timeout',
      text: `a release without health fails after ${durationText(health.timeoutSeconds)}`,
      none: '',
      by: DELIVERY,
      claims: [atLeast('health timeout', -health.timeoutSeconds)],
    },
    { topic: 'health', text: `health is ${health.mode}`, none: '', claims: [atLeast(`health ${health.mode}`)] },
    ...(admit === 'after-soak'
      ? [
          {
            topic: 'admit',
            text: 'a newer release waits until the present one has soaked',
            none: 'a newer release need not wait for the present one to soak',
            by: DELIVERY,
            claims: [atLeast('admit after soak')],
          },
        ]
      : []),
  ];
}
