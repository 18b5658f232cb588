import type { DesiredState } from 'stagegate';
import type { Facts } from '../../lib/rules/rule';
import type { Draft, Fault, Planted } from './fault';
import { FAULTS } from './faults';
import { lawfulPlan, type PlatformPlan, type Program } from './platform-generator';
import { Random } from './random';

/** A platform to check, with what was planted in it. */
export interface Case {
  readonly plan: PlatformPlan;
  readonly faults: readonly Fault[];
  readonly program: (program: Program) => void;
  readonly compiled: (desired: Draft<DesiredState>) => void;
  readonly facts: Facts;
}

const KNOWN: Facts = { date: '2026-11-21', teamSizes: { engineers: 5 } };

/** A platform without a fault. */
export function lawfulCase(random: Random): Case {
  return { plan: lawfulPlan(random), faults: [], program: () => undefined, compiled: () => undefined, facts: KNOWN };
}

/** Plants as many faults as wanted, those first whose codes were planted least, each in a part of the platform that no other one touches. */
export function faultyCase(random: Random, wanted: number, planted: ReadonlyMap<string, number>): Case {
  for (;;) {
    const plan = lawfulPlan(random);
    const salt = random.whole(0, 2 ** 31);
    const codes = random
      .shuffled([...new Set(FAULTS.map(({ code }) => code))])
      .sort((a, b) => (planted.get(a) ?? 0) - (planted.get(b) ?? 0));
    let chosen: readonly Fault[] = [];
    let result: Case | undefined;
    for (const code of codes) {
      if (chosen.length === wanted) break;
      const candidates = random.shuffled(
        FAULTS.filter(
          (fault) => fault.code === code && !chosen.some((other) => other.touches.some((part) => fault.touches.includes(part))),
        ),
      );
      for (const fault of candidates) {
        const attempt = plantAll(plan, [...chosen, fault], salt);
        if (attempt === undefined) continue;
        chosen = [...chosen, fault];
        result = attempt;
        break;
      }
    }
    if (result !== undefined && chosen.length === wanted) return result;
  }
}

/** What changes the graph comes first, so that the others edit what is left of it. */
function plantAll(plan: PlatformPlan, faults: readonly Fault[], salt: number): Case | undefined {
  const ordered = [...faults].sort((a, b) => Number(b.touches.includes('graph')) - Number(a.touches.includes('graph')));
  const edits: Planted[] = [];
  let edited = plan;
  for (const [index, fault] of ordered.entries()) {
    const edit = fault.plant(edited, new Random(salt + index));
    if (edit === undefined) return undefined;
    edits.push(edit);
    edited = edit.plan ?? edited;
  }
  return {
    plan: edited,
    faults: ordered,
    program: (program) => {
      for (const edit of edits) edit.program?.(program);
    },
    compiled: (desired) => {
      for (const edit of edits) edit.compiled?.(desired);
    },
    facts: Object.assign({}, KNOWN, ...edits.map(({ facts }) => facts)),
  };
}
