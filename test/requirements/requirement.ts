import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRule, PARTS, without } from './probe';

/** What a requirement asks of the library. */
export type RequirementKind = 'DECLARE' | 'RENDER' | 'ENFORCE' | 'REJECT' | 'RUN' | 'OBSERVE';

export interface Requirement {
  readonly id: string;
  readonly kind: RequirementKind;
  readonly origin: string;
  readonly title: string;
}

const SYSTEMS = ['gprod', 'staged', 'acceptance', 'openluffy', 'gaia'];

/** The requirements of all systems, by id. */
export const REQUIREMENTS: ReadonlyMap<string, Requirement> = new Map(
  SYSTEMS.flatMap((system) => {
    const list = JSON.parse(readFileSync(join(__dirname, 'lists', `${system}.json`), 'utf8')) as {
      readonly requirements: readonly Requirement[];
    };
    return list.requirements.map((requirement) => [requirement.id, requirement] as const);
  }),
);

export interface RequirementProps {
  /** Rules by code, and compiler parts by name, that make the sentence true: without any of them the test must fail. */
  readonly by?: readonly string[];
  /** Longest time the body may take, milliseconds. */
  readonly timeout?: number;
}

/** Kinds that a rule or a part of the compiler makes true, so that a test must name it. */
const MADE: ReadonlySet<RequirementKind> = new Set(['RENDER', 'ENFORCE', 'REJECT']);

/**
 * A test that a requirement holds. Title and kind come from the list of its system, so that the sentence that is tested is the sentence that
 * was asked for. With `STAGEGATE_PROBE` set, the body runs once without each rule and part that `by` names, and must fail each time.
 *
 * @throws Error for an id that no list has, a rule or part that does not exist, and a kind that needs `by` without one.
 */
export function requirement(id: string, props: RequirementProps, body: () => void | Promise<void>): void {
  const { kind, title } = requirementNamed(id);
  const by = props.by ?? [];
  if (by.length === 0 && MADE.has(kind)) throw new Error(`${id} is ${kind}: name the rules or parts that make it true`);
  for (const name of by) if (!isRule(name) && PARTS[name] === undefined) throw new Error(`${id}: there is no rule or part ${name}`);
  if (process.env.STAGEGATE_PROBE === undefined) {
    test(`${id} ${kind} ${title}`, async () => body(), props.timeout);
    return;
  }
  if (by.length === 0) test.skip(`${id} names no part`, () => undefined);
  for (const name of by) {
    test(
      `${id} without ${name} is not shown`,
      async () => {
        const failed = await without(name, body).then(
          () => false,
          () => true,
        );
        expect(failed).toBe(true);
      },
      props.timeout,
    );
  }
}

export function requirementNamed(id: string): Requirement {
  const found = REQUIREMENTS.get(id);
  if (found === undefined) throw new Error(`there is no requirement ${id}`);
  return found;
}
