import { compile, type DesiredState, resolve } from 'stagegate';
import { deepFreeze } from '../../lib/model/freeze';
import { type CheckResult, check } from '../../lib/rules/check';
import { diagnosticText } from '../../lib/rules/report';
import type { Draft } from './fault';
import { type Case, faultyCase, lawfulCase } from './planting';
import { buildProgram } from './platform-generator';
import { Random } from './random';

/** Platforms of a whole run; two test files share them, so that two processes work. */
export const PLATFORMS = Number(process.env.STAGEGATE_PLATFORMS ?? 200);
const SEED = Number(process.env.STAGEGATE_SEED ?? 20_261_121);

/** What came of a share of the platforms. */
export interface Summary {
  readonly platforms: number;
  readonly faulty: number;
  readonly states: number;
  readonly mostStates: number;
  /** Events until a release first runs lawfully in production, in platforms without a fault. */
  readonly arrivals: readonly number[];
  readonly planted: ReadonlyMap<string, number>;
  /** Platforms whose findings are not exactly what was planted, or whose exploration was cut off. */
  readonly failures: readonly string[];
}

/** Checks every second platform of a run, beginning with the given one. Half of them are lawful, the others have one to three faults. */
export function checkPlatforms(share: 0 | 1): Summary {
  const planted = new Map<string, number>();
  const failures: string[] = [];
  const arrivals: number[] = [];
  const counts = { platforms: 0, faulty: 0, states: 0, mostStates: 0 };
  for (let index = share; index < PLATFORMS; index += 2) {
    const random = new Random(SEED + index * 9973);
    const faulty = counts.platforms % 2 === 1;
    const wanted = counts.faulty % 100 === 0 ? 1 : counts.faulty % 100 === 50 ? 2 : 3;
    const one = faulty ? faultyCase(random, wanted, planted) : lawfulCase(random);
    counts.platforms++;
    if (faulty) counts.faulty++;
    for (const { code } of one.faults) planted.set(code, (planted.get(code) ?? 0) + 1);
    const problem = problemOf(one, (result) => {
      const { states = 0, firstLawfulArrival = {} } = result.exploration ?? {};
      counts.states += states;
      counts.mostStates = Math.max(counts.mostStates, states);
      if (!faulty)
        arrivals.push(
          ...one.plan.environments.filter(({ tier }) => tier === 'production').map(({ name }) => firstLawfulArrival[name] ?? Number.NaN),
        );
    });
    if (problem !== undefined)
      failures.push(
        `platform ${index} with ${one.faults.map(({ code, name }) => `${code} ${name}`).join(' + ') || 'no fault'}: ${problem}`,
      );
  }
  return { ...counts, arrivals, planted, failures };
}

function problemOf(one: Case, note: (result: CheckResult) => void): string | undefined {
  const program = buildProgram(one.plan);
  one.program(program);
  const model = resolve(program.platform);
  const desired: Draft<DesiredState> = JSON.parse(JSON.stringify(compile(model)));
  one.compiled(desired);
  const result = check(model, deepFreeze(desired as unknown as DesiredState), one.facts);
  note(result);
  if (result.exploration?.complete !== true) return `cut off after ${result.exploration?.states} states`;
  const expected = [...new Set(one.faults.map(({ code }) => code))].sort();
  const found = [...new Set(result.diagnostics.map(({ code }) => code))].sort();
  if (found.join() === expected.join()) return undefined;
  const unexpected = result.diagnostics.filter(({ code }) => !expected.includes(code)).map(diagnosticText);
  return [
    `found ${found.join(', ') || 'nothing'} in place of ${expected.join(', ') || 'nothing'}`,
    ...unexpected,
    JSON.stringify(one.plan),
  ].join('\n');
}

/** The summary as one line for people. */
export function summaryText({ platforms, faulty, states, mostStates, arrivals, planted }: Summary): string {
  const sorted = [...arrivals].sort((a, b) => a - b);
  const depth = `${sorted[0]} to ${sorted.at(-1)} events, ${sorted[Math.floor(sorted.length / 2)]} in the middle`;
  const least = Math.min(...planted.values());
  return `${platforms} platforms, ${faulty} with faults, each of ${planted.size} codes planted ${least} times or more; ${states} states, ${mostStates} at most for one; first lawful arrival in production after ${depth}`;
}
