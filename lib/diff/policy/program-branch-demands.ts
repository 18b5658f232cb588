import type { DesiredRepository } from '../../desired/desired-state';
import { programDemands } from '../../desired/program-demands';
import { ownersOf } from '../../explorer/codeowners';
import { atLeast, type Claim, only } from './claim';
import type { Correspondence, Side } from './correspondence';
import type { Demand } from './demand';
import { approvalClaims } from './gate-demands';
import { checkHolds, OF_COMMITS } from './ref-demands';
import { approvalsText, listed } from './words';

/**
 * What a change of the program needs beside what rulesets say of its branch: the approvals that the strictest edge into production asks for,
 * which the delivery app's check counts, and the owners of the files that decide.
 */
export function programBranchDemands(sides: Correspondence, side: Side): readonly Demand[] {
  const { delivery } = side.desired;
  const { approvals, groups } = programDemands(delivery);
  const hold = checkHolds(side.desired, delivery.programBranch, delivery.policyContext);
  const enforced = hold.claims.length > 0;
  const asked = approvalClaims({ total: approvals, including: groups, distinct: true }, 'policy ').map((claim) => ({
    ...claim,
    or: OF_COMMITS,
  }));
  return [
    {
      topic: 'change of policy',
      text: `a change of policy with ${approvalsText(approvals, groups)}`,
      none: 'a change of policy like any other',
      ...hold,
      claims: enforced ? [...hold.claims, ...asked, ...(isCounted(groups) ? groups.map(countedClaim) : [])] : [],
    },
    ...ownerDemands(sides, side),
  ];
}

const PLACES = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS'];

type Groups = ReturnType<typeof programDemands>['groups'];

/** Whether reviews by code owners, of whom any one suffices, cannot ask for what the groups are to: then the app's check counts them. */
function isCounted(groups: Groups): boolean {
  return groups.length > 1 || groups.some(({ count }) => count > 1);
}

/** That an approval of the group is counted, by the names that CODEOWNERS has for its members. */
function countedClaim(group: Groups[number]): Claim {
  return 'team' in group
    ? atLeast(`counted ${group.team}`, 1, OF_COMMITS)
    : { kind: 'people', of: 'counted people', people: group.people, amount: group.count, or: OF_COMMITS };
}

/** Whose review files need that either side gives owners. More owners are weaker, since any one suffices, unless each group is counted anyway. */
function ownerDemands(sides: Correspondence, side: Side): Demand[] {
  const repository = deliveryRepository(side);
  if (repository === undefined) return [];
  const paths = new Set([sides.base, sides.head].flatMap((one) => ownedPaths(deliveryRepository(one))));
  return [...paths].sort().flatMap((path): Demand[] => {
    const owners = [...new Set(ownersOf(repository, sampleOf(path)))].sort();
    if (owners.length === 0) return [];
    return [
      {
        topic: `owner of ${path}`,
        text: `${path} owned by ${listed(owners, 'or')}`,
        none: `${path} owned by nobody`,
        by: 'CODEOWNERS',
        claims: [
          atLeast(`some owner of ${path}`, 1, OF_COMMITS),
          only(`owner of ${path}`, owners, 'names', [...OF_COMMITS, 'counted people', ...owners.map((owner) => `counted ${owner}`)]),
        ],
      },
    ];
  });
}

function deliveryRepository({ desired }: Side): DesiredRepository | undefined {
  return desired.repositories.find(({ name }) => name === desired.delivery.repository);
}

function ownedPaths(repository: DesiredRepository | undefined): readonly string[] {
  const file = PLACES.map((place) => repository?.files.find(({ path }) => path === place)).find((found) => found !== undefined);
  return (file?.content ?? '')
    .split('\n')
    .map(
      (line) =>
        line
          .replace(/(^|\s)#.*$/, '')
          .trim()
          .split(/(?<!\\)\s+/)[0] ?? '',
    )
    .filter((path) => path !== '');
}

/** A file that a line of CODEOWNERS owns. */
function sampleOf(path: string): string {
  return `${path
    .replace(/^\//, '')
    .replace(/\*\*\/?/g, '')
    .replace(/[*?]/g, 'x')}${path.endsWith('/') ? 'x' : ''}`;
}
