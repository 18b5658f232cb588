import fc from 'fast-check';
import { compile } from 'stagegate';
import { machineOf } from '../../lib/explorer/events';
import { sourceRefs } from '../../lib/explorer/source-refs';
import { eventOf } from '../../lib/explorer/trace-text';
import { worldOf } from '../../lib/explorer/world';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { lawful, platformOf } from './lawful-platforms';

const model = openluffy();
const platforms = { OpenLuffy: () => ({ desired: compile(model), intent: intentOf(model) }) };
const shapes = Object.entries(lawful).map(([name, declare]) => [name, () => platformOf(declare)] as const);

test.each([...Object.entries(platforms), ...shapes])(
  '%s: long random walks, far beyond the bounds of the search, do no harm',
  (_name, make) => {
    const { desired, intent } = make();
    const { environments } = desired.delivery;
    // The whole platform at once, where the search goes slice by slice.
    const whole = { environments, refs: sourceRefs(desired, intent, environments) };
    const machine = machineOf(worldOf(desired, intent, { commits: 6, promotions: 3, deviations: 12, states: 0 }, whole));
    const visited = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 60, maxLength: 120 }), (choices) => {
        const state = machine.initial();
        for (const choice of choices) {
          const events: number[] = [];
          machine.enabled(state.slice(), (event) => events.push(event));
          const event = events[choice % events.length];
          if (event === undefined) break;
          visited.add(eventOf(machine.world, event).kind);
          const harm = machine.apply(state, event);
          if (harm) throw new Error(harm.message);
        }
      }),
      { numRuns: 150 },
    );
    expect([...visited]).toEqual(expect.arrayContaining(['land', 'healthy', 'unhealthy', 'roll-back', 'lift']));
  },
);
