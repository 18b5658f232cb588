import type { DesiredRepository } from '../../desired/desired-state';
import { hasRulesets } from '../../desired/host-plan';
import { atLeast } from './claim';
import type { Correspondence } from './correspondence';
import type { Demand, Ground } from './demand';

/** What the host makes of the repositories that are there before and after: whether its rulesets hold at all, and who reads the code. */
export function hostGrounds(sides: Correspondence, which: 'base' | 'head'): readonly Ground[] {
  const { delivery } = sides.head.desired;
  const environment = delivery.environments.find(({ tier }) => tier === 'production')?.name;
  return sides.repositories.map(
    (pair): Ground => ({
      key: `host ${pair.head.name}`,
      name: pair[which].name,
      around: ['plan and visibility of ', ''],
      place: { kind: 'host', repository: pair.head.name, ...(environment === undefined ? {} : { environment }) },
      demands: hostDemands(pair[which]),
    }),
  );
}

/** From open to closed. */
const READERS = ['public', 'internal', 'private'] as const;
const READ_BY: Readonly<Record<DesiredRepository['visibility'], string>> = {
  public: 'everybody reads the code',
  internal: 'everybody of the enterprise reads the code',
  private: 'only who has access reads the code',
};

function hostDemands(repository: DesiredRepository): Demand[] {
  const { visibility, plan } = repository;
  return [
    ...(hasRulesets(repository)
      ? [
          {
            topic: 'rulesets',
            text: 'GitHub enforces its rulesets',
            none: 'GitHub enforces none of its rulesets, so that whoever may write pushes to every branch',
            by: visibility === 'public' ? 'visibility public' : `plan ${plan}`,
            claims: [atLeast('rulesets')],
          },
        ]
      : []),
    { topic: 'readers', text: READ_BY[visibility], none: '', claims: [atLeast('closed', READERS.indexOf(visibility))] },
  ];
}
