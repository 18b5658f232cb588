import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What a requirement asks of the library. */
export type RequirementKind = 'DECLARE' | 'RENDER' | 'ENFORCE' | 'REJECT' | 'RUN' | 'OBSERVE';

interface Requirement {
  readonly id: string;
  readonly kind: RequirementKind;
  readonly origin: string;
  readonly title: string;
}

const SYSTEMS = ['gprod', 'staged', 'acceptance', 'openluffy', 'gaia'];

const REQUIREMENTS: ReadonlyMap<string, Requirement> = new Map(
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

/**
 * A test that a requirement holds. Title and kind come from the list of its system, so that the sentence that is tested is the sentence that
 * was asked for. `by` is part of the name of the test, where the probe reads it.
 */
export function requirement(id: string, props: RequirementProps, body: () => void | Promise<void>): void {
  const found = REQUIREMENTS.get(id);
  if (found === undefined) throw new Error(`there is no requirement ${id}`);
  const by = props.by === undefined ? '' : ` [by ${props.by.join(' ')}]`;
  test(
    `${id} ${found.kind} ${found.title}${by}`,
    async () => {
      await body();
    },
    props.timeout,
  );
}
