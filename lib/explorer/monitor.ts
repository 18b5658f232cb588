import type { Cause } from './delivery-app';
import type { Violation } from './explore';
import { groupName } from './github';
import type { IntentEdge, IntentEnvironment, IntentGate } from './intent';
import { sameRef } from './source-refs';
import { git, hasAnyVerification, head, isBlocked, isVerified, isWordGiven, Report, report, running, type State, soaked } from './state';
import { commitId } from './trace';
import type { Edge, Place, World } from './world';

/** What went wrong in one step. */
export type Harm = Pick<Violation, 'kind' | 'environment' | 'together' | 'gate' | 'policy' | 'message'>;

type Found = Omit<Harm, 'environment'>;

/** Holds what happens against the intent. It reads the facts of the state and knows nothing of how the delivery app decides. */
export interface Monitor {
  /** A release is about to be merged. */
  merged(s: State, place: Place, release: number, cause: Cause): void;
  /** Something else runs than before; `byPerson` when somebody asked Argo CD for it. */
  synced(s: State, place: Place, before: number, byPerson: boolean): void;
  /** Somebody changed live objects by hand. */
  edited(s: State, place: Place): void;
  /** A step begins; `landing` when its event brings a commit onto a source. */
  begin(landing: boolean): void;
  /** The first harm of the step, if any. */
  end(): Harm | undefined;
}

interface Declared {
  readonly environment: IntentEnvironment;
  readonly source: number;
  /** Whether every declared way in has passed an environment whose health or verification was a gate. */
  readonly assured: boolean;
}

export function monitorOf(w: World): Monitor {
  const declared = w.places.map((place): Declared | undefined => {
    const environment = w.intent.environments.find(({ name }) => name === place.name);
    if (!environment) return undefined;
    const source =
      environment.source === undefined
        ? -1
        : w.refs.findIndex((ref) => environment.source !== undefined && sameRef(ref, environment.source));
    return { environment, source, assured: isAssured(w, place.name, new Set()) };
  });
  const edges = w.edges.map((edge) => {
    const [from, to] = [w.places[edge.from]?.name, w.places[edge.to]?.name];
    const intended = w.intent.edges.find((candidate) => candidate.policy === edge.policy && candidate.from === from && candidate.to === to);
    const on = intended?.on === undefined ? -1 : w.refs.findIndex((ref) => intended.on !== undefined && sameRef(ref, intended.on));
    return intended && { intended, on };
  });
  const rollbackApprovals = w.places.map(({ name }) =>
    Math.max(0, ...w.intent.edges.filter(({ to }) => to === name).map(({ rollback }) => rollback.approvals)),
  );
  const automaticRollbacks = w.places.map(({ name }) => w.intent.edges.some(({ to, rollback }) => to === name && rollback.automatic));
  let harm: Harm | undefined;
  let landing = false;
  let bySource = 0;
  let changed = 0;
  const note = (place: Place, found: Found | undefined) => {
    if (found) harm ??= { ...found, environment: place.name };
  };

  const byPromotion = (s: State, place: Place, release: number, edge: Edge): Found | undefined => {
    const known = edges[edge.index];
    const id = commitId(release - 1);
    if (!known)
      return { kind: 'gate', policy: edge.policy, message: `${id} enters ${place.name} by ${edge.policy}, which is not declared` };
    const { intended, on } = known;
    const open = openGate(w, s, place, edge, release, intended, on);
    if (open) return { kind: 'gate', gate: open.gate, policy: intended.policy, message: `${id} enters ${place.name} and ${open.why}` };
    if (!place.production || declared[edge.from]?.assured === true) return undefined;
    const upstream = report(w, s, edge.from, release) === Report.healthy || soaked(w, s, edge.from, release) > 0;
    if (upstream || hasAnyVerification(w, s, edge.from, release)) return undefined;
    const message = `${id} enters ${place.name} while it is not healthy, and was not verified, upstream`;
    return { kind: 'unverified', policy: intended.policy, message };
  };

  const byRollback = (place: Place, release: number, automatic: boolean, given: number): Found | undefined => {
    const id = commitId(release - 1);
    const wanted = automatic ? 0 : (rollbackApprovals[place.index] ?? 0);
    if (automatic && !automaticRollbacks[place.index]) {
      return { kind: 'gate', gate: 'rollback', message: `${place.name} goes back to ${id} by itself, which is not declared` };
    }
    if (given >= wanted) return undefined;
    return { kind: 'gate', gate: 'rollback', message: `${place.name} is rolled back to ${id} with ${given} of ${wanted} approvals` };
  };

  const fromSource = (s: State, place: Place, release: number): Found | undefined => {
    const enters = `${commitId(release - 1)} enters ${place.name}`;
    const source = declared[place.index]?.source ?? -1;
    if (source < 0 || source !== place.source)
      return { kind: 'gate', gate: 'source', message: `${enters} from a source that is not declared` };
    if (isBlocked(w, s, place.index, release)) return { kind: 'gate', gate: 'held', message: `${enters} and it is held or quarantined` };
    if (release >= git(w, s, place.index)) return undefined;
    return { kind: 'gate', gate: 'contains', message: `${enters} and lacks commits of what runs there` };
  };

  return {
    merged(s, place, release, cause) {
      switch (cause.kind) {
        case 'promotion':
          note(place, byPromotion(s, place, release, cause.edge));
          break;
        case 'rollback':
          note(place, byRollback(place, release, cause.automatic, cause.approvals));
          break;
        case 'source':
          note(place, fromSource(s, place, release));
          bySource |= 1 << place.index;
          break;
      }
    },
    synced(s, place, before, byPerson) {
      changed |= 1 << place.index;
      const release = running(w, s, place.index);
      const id = commitId(release - 1);
      const intended = declared[place.index]?.environment.sync;
      if (release !== git(w, s, place.index) || place.followsEnvironment !== place.index) {
        note(place, { kind: 'sync', message: `${place.name} runs ${id}, which was not merged there` });
      } else if (!byPerson && intended === 'manual') {
        note(place, { kind: 'sync', gate: 'sync', message: `${place.name} runs ${id} and nobody synced it` });
      } else if (before > 0 && !byPerson && intended === 'automatic' && place.sync.kind === 'automatic' && !place.sync.prunes) {
        note(place, { kind: 'sync', message: `${place.name} runs ${id} and what only ${commitId(before - 1)} had: nothing prunes it` });
      }
    },
    edited(s, place) {
      if (declared[place.index]?.environment.sync !== 'automatic' || (place.sync.kind === 'automatic' && place.sync.heals)) return;
      const id = commitId(running(w, s, place.index) - 1);
      note(place, { kind: 'sync', message: `${place.name} no longer runs ${id} as it was merged, and nothing heals it` });
    },
    begin(isLanding) {
      harm = undefined;
      landing = isLanding;
      bySource = 0;
      changed = 0;
    },
    end() {
      if (harm || bySource === 0) return harm;
      for (const place of w.places) {
        if (!place.production || ((bySource >> place.index) & 1) === 0) continue;
        const runs = ((changed >> place.index) & 1) === 1;
        const together = w.places
          .filter(({ index }) => index !== place.index && ((changed >> index) & 1) === 1)
          .sort((a, b) => a.rank - b.rank);
        if (landing && runs && together.length > 0) {
          const names = together.map(({ name }) => name);
          return {
            kind: 'simultaneous',
            environment: place.name,
            together: names,
            message: `one push deploys ${[...names, place.name].join(' and ')} at once`,
          };
        }
        return {
          kind: 'unverified',
          environment: place.name,
          message: `${place.name} takes releases from its own source, and nobody verified them`,
        };
      }
      return undefined;
    },
  };
}

/** The first declared condition of an edge, implied ones before its gates, that does not hold for a release at this moment. */
function openGate(
  w: World,
  s: State,
  place: Place,
  edge: Edge,
  release: number,
  intended: IntentEdge,
  on: number,
): { readonly gate: string; readonly why: string } | undefined {
  if (intended.on !== undefined && on < 0) return { gate: 'on', why: `nothing compares it with ${intended.on.pattern}` };
  if (on >= 0 && head(w, s, on) !== release) return { gate: 'on', why: `the head of ${intended.on?.pattern} does not have its tree` };
  if (place.upstream.some((one) => isBlocked(w, s, one, release))) return { gate: 'held', why: 'it is held or quarantined' };
  if (release < git(w, s, place.index)) return { gate: 'contains', why: 'it lacks commits of what runs there' };
  for (const gate of intended.gates) {
    const why = whyOpen(w, s, edge, release, gate, intended);
    if (why !== undefined) return { gate: gate.id, why };
  }
  return undefined;
}

/** Why a declared gate does not hold for a release at this moment; undefined when it does. */
function whyOpen(w: World, s: State, edge: Edge, release: number, gate: IntentGate, intended: IntentEdge): string | undefined {
  const from = w.places[edge.from] as Place;
  const given = isWordGiven(edge, s, release);
  switch (gate.kind) {
    case 'healthy':
      return report(w, s, edge.from, release) === Report.healthy ? undefined : `it is not healthy in ${intended.from}`;
    case 'soak':
      return (from.soaks[soaked(w, s, edge.from, release) - 1] ?? 0) >= gate.seconds
        ? undefined
        : `it was not healthy in ${intended.from} for ${gate.seconds} s`;
    case 'verified': {
      const bit = from.suites.indexOf(gate.suite);
      return bit >= 0 && isVerified(w, s, edge.from, release, bit) ? undefined : `${gate.suite} has not passed for it in ${intended.from}`;
    }
    case 'approvals': {
      const { groups, others } = given ? edge.word : NOTHING;
      const lacking = gate.including.find((group) => (groups.get(groupName(group)) ?? 0) < group.count);
      if (lacking)
        return lacking.count === 1
          ? `nobody of ${groupName(lacking)} approved it`
          : `fewer than ${lacking.count} of ${groupName(lacking)} approved it`;
      const total = [...groups.values()].reduce((sum, count) => sum + count, others);
      if (total >= gate.total) return undefined;
      return total === 0 ? 'nobody approved it' : `only ${total} of ${gate.total} people approved it`;
    }
    case 'manual':
      return gate.at === 'sync' || (given && edge.word.asked) ? undefined : 'nobody asked for it';
    case 'check':
      return given && edge.word.checks.includes(gate.check) ? undefined : `${gate.check} has not succeeded for it`;
  }
}

const NOTHING = { groups: new Map<string, number>(), others: 0 };

/** Whether every declared way into an environment has health, a soak or a verification as a gate somewhere on it. */
function isAssured(w: World, environment: string, seen: Set<string>): boolean {
  if (seen.has(environment)) return false;
  seen.add(environment);
  const into = w.intent.edges.filter(({ to }) => to === environment);
  return (
    into.length > 0 &&
    into.every(
      (edge) =>
        edge.gates.some(({ kind }) => kind === 'healthy' || kind === 'soak' || kind === 'verified') ||
        isAssured(w, edge.from, new Set(seen)),
    )
  );
}
