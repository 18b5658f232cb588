import type { DesiredState } from '../../lib/desired/desired-state';
import { type Machine, machineOf } from '../../lib/explorer/events';
import type { Bounds } from '../../lib/explorer/explore';
import type { Intent } from '../../lib/explorer/intent';
import { sourceRefs } from '../../lib/explorer/source-refs';
import { git, running, type State } from '../../lib/explorer/state';
import type { TraceEvent } from '../../lib/explorer/trace';
import { saysEnough, tryCodeOf } from '../../lib/explorer/trace-text';
import { worldOf } from '../../lib/explorer/world';
import type { Place } from './world';

/** The explorer's machine of a whole platform, where its search goes slice by slice. */
export function wholeMachine(desired: DesiredState, intent: Intent, bounds: Bounds): Machine {
  const { environments } = desired.delivery;
  return machineOf(worldOf(desired, intent, bounds, { environments, refs: sourceRefs(desired, intent, environments) }));
}

/** What the explorer says is on each branch, and what runs. */
export function placesOf({ world }: Machine, state: State): Readonly<Record<string, Place>> {
  const commit = (release: number) => (release === 0 ? undefined : release - 1);
  const place = (index: number): Place => ({ git: commit(git(world, state, index)), runs: commit(running(world, state, index)) });
  return Object.fromEntries(world.places.map(({ index, name }) => [name, place(index)]));
}

/** Where a sequence leads, up to the first event that cannot happen. */
export function follow(machine: Machine, events: readonly TraceEvent[]): { readonly state: State; readonly possible: number } {
  const state = machine.initial();
  for (const [index, event] of events.entries()) {
    const code = tryCodeOf(machine.world, event);
    let possible = false;
    machine.enabled(state.slice(), (candidate) => {
      possible ||= candidate === code;
    });
    if (code === undefined || !possible || (event.kind === 'decide' && !saysEnough(machine.world, event)))
      return { state, possible: index };
    machine.apply(state, code);
  }
  return { state, possible: events.length };
}
