import type { DeliveryService, DesiredService } from '../../desired/desired-state';
import { sameJson } from '../json';
import { type Rename, renaming } from './renaming';
import { onlyMatches, type Statements, similarity, statementsOf } from './similarity';

/** How much of what a service consists of has to be the same for it to be the same service under another name. */
const LEAST_SIMILARITY = 0.95;

/** A service that is gone, or that is new, with how its images are built where that is known. */
export interface ServiceCandidate {
  readonly service: DesiredService;
  readonly build?: DeliveryService;
}

/** Services that bear another name now and are nearly the same otherwise: objects, and how their images are built. */
export function renamedServices(
  gone: readonly ServiceCandidate[],
  fresh: readonly ServiceCandidate[],
  known: readonly Rename[],
): readonly Rename[] {
  const statements = new Map<DesiredService, Statements>(fresh.map(({ service }) => [service, statementsOf(service.objects)]));
  const score = (one: ServiceCandidate, other: ServiceCandidate): number => {
    const names = renaming([...known, [one.service.name, other.service.name]]);
    if (!isBuiltAlike(one.build, other.build, names.apply)) return 0;
    const theirs = statements.get(other.service);
    return theirs === undefined ? 0 : similarity(statementsOf(one.service.objects, names), theirs);
  };
  return onlyMatches(gone, fresh, score, LEAST_SIMILARITY).map(([one, other]) => [one.service.name, other.service.name]);
}

function isBuiltAlike(one: DeliveryService | undefined, other: DeliveryService | undefined, renamed: (text: string) => string): boolean {
  if (one === undefined || other === undefined) return true;
  const builds = ({ images }: DeliveryService) => images.map(({ build }) => build);
  const [was, is] = [builds(one), builds(other)];
  return sameJson(was, is) || sameJson(JSON.parse(renamed(JSON.stringify(was))), is);
}
