import type { DeliveryEdge, DeliveryEnvironment } from '../../desired/desired-state';
import { atLeast, type Claim, type Direction, directionOf } from './claim';
import { type Correspondence, refKey, type Side } from './correspondence';
import type { Place } from './demand';
import { conditionDemands, waysText } from './gate-demands';
import { gatesHold } from './ref-demands';
import { refText } from './words';

/** The last step of a way into an environment: a push to a ref, or an edge. */
interface Way {
  /** The same before and after. */
  readonly key: string;
  readonly from: string;
  readonly text: string;
  /** All that is demanded along each path that ends with it. */
  readonly paths: readonly (readonly Claim[])[];
}

/** A change of the ways by which releases come into an environment. */
export interface WayChange {
  readonly subject: string;
  readonly place: Place;
  readonly direction: Exclude<Direction, 'same'>;
  readonly before: string;
  readonly after: string;
  readonly enforcedBefore?: string;
  readonly enforcedAfter?: string;
}

/**
 * Ways into the environments that are there before and after, where they are not the same: a source or an edge that is new or gone. A new way is
 * weaker unless everything that is demanded along it is at least what was demanded along some way that was there: an environment in between
 * makes it longer and not weaker.
 */
export function wayChanges(sides: Correspondence): readonly WayChange[] {
  return sides.environments.flatMap(({ base, head }): WayChange[] => {
    const [before, after] = [waysInto(sides.base, base), waysInto(sides.head, head)];
    const gone = before.filter(({ key }) => !after.some((way) => way.key === key));
    const added = after.filter(({ key }) => !before.some((way) => way.key === key));
    if (gone.length === 0 && added.length === 0) return [];
    const [one] = [...gone, ...added];
    const held = (side: Side, name: string, ways: readonly Way[]) =>
      ways.some(({ key }) => key.startsWith('edge')) ? gatesHold(side.desired, name).by : undefined;
    const [enforcedBefore, enforcedAfter] = [held(sides.base, base.name, gone), held(sides.head, head.name, added)];
    const alone = gone.length + added.length === 1;
    const words = (ways: readonly Way[]) =>
      ways.length === 0 ? 'no such way' : ways.map(({ from, text }) => (alone ? text : `from ${from}: ${text}`)).join('; ');
    return [
      {
        subject: `${alone ? `${one?.from} ` : ''}→ ${head.name}`,
        place: { kind: 'way', to: head.name },
        direction: waysDirection(before, after, gone, added),
        before: words(gone),
        after: words(added),
        ...(enforcedBefore === undefined ? {} : { enforcedBefore }),
        ...(enforcedAfter === undefined ? {} : { enforcedAfter }),
      },
    ];
  });
}

function waysDirection(before: readonly Way[], after: readonly Way[], gone: readonly Way[], added: readonly Way[]): WayChange['direction'] {
  // Nothing comes there any more, or something comes at last: no demand to compare with.
  if (before.length === 0 || after.length === 0) return 'changed';
  const demandsAsMuch = (path: readonly Claim[], ways: readonly Way[]) =>
    ways.some(({ paths }) => paths.some((other) => ['same', 'stronger'].includes(directionOf(other, path))));
  const wider = added.some(({ paths }) => paths.some((path) => !demandsAsMuch(path, before)));
  const narrower = gone.some(({ paths }) => paths.some((path) => !demandsAsMuch(path, after)));
  if (wider) return narrower ? 'changed' : 'weaker';
  return 'stronger';
}

function waysInto(side: Side, environment: DeliveryEnvironment): readonly Way[] {
  const { edges } = side.desired.delivery;
  const { source } = environment;
  const ways: Way[] = [];
  if (source !== undefined) {
    ways.push({
      key: `source ${refKey(side, source)}`,
      from: refText(source),
      text: 'a push makes a release that enters without a gate',
      paths: [[atLeast(`source ${refKey(side, source)}`)]],
    });
  }
  for (const edge of edges.filter(({ to }) => to === environment.name)) {
    const key = `edge ${side.environmentKey(edge.from)}`;
    const count = ways.filter((way) => way.key.startsWith(key)).length;
    ways.push({
      key: count === 0 ? key : `${key} ${count}`,
      from: edge.from,
      text: waysText(edge) || 'no gate',
      paths: pathsOver(side, edge, new Set([environment.name])),
    });
  }
  return ways;
}

/** Paths that are looked at for one edge; more than that no promotion graph has. */
const MOST_PATHS = 64;

/** All that is demanded along each path from a source whose last step is the edge; not where, so that an environment in between changes nothing. */
function pathsOver(side: Side, edge: DeliveryEdge, passed: ReadonlySet<string>): readonly (readonly Claim[])[] {
  const { environments, edges } = side.desired.delivery;
  const own = [
    atLeast(`passes ${side.environmentKey(edge.from)}`),
    ...conditionDemands(side, edge)
      .filter(({ topic }) => topic !== 'select')
      .flatMap(({ claims }) => claims),
  ];
  if (passed.has(edge.from)) return [];
  const source = environments.find(({ name }) => name === edge.from)?.source;
  const further = new Set([...passed, edge.from]);
  const upstream = [
    ...(source === undefined ? [] : [[atLeast(`source ${refKey(side, source)}`)]]),
    ...edges.filter(({ to }) => to === edge.from).flatMap((before) => pathsOver(side, before, further)),
  ].slice(0, MOST_PATHS);
  return (upstream.length === 0 ? [[]] : upstream).map((claims) => [...claims, ...own]);
}
