import * as pulumi from '@pulumi/pulumi';
import { type Diagnostic, InvalidValueError } from '../values/diagnostic';
import type { SlotValue } from '../values/slot';
import { type BoundInput, bindInput } from './bind-input';

/** How a value was set, and what else is wrong with it. */
export interface ConfigText {
  readonly text: string;
  /** Whether it was set with `--secret`. */
  readonly secret: boolean;
  /** Takes a finding that says more than what was expected. */
  readonly found: (finding: Diagnostic) => void;
}

/** A key of a stack's configuration: what may stand there. Made by the functions of the same name. */
export interface ConfigKey<T> {
  /** What is expected, for messages. */
  readonly expected: string;
  readonly optional: boolean;
  /** Arguments of `pulumi config set` that would mend it. */
  readonly remedy: (name: string) => string;
  /** The value; undefined when it does not fit. */
  readonly tryRead: (config: ConfigText) => T | undefined;
}

export interface ConfigKeyProps {
  /** What is expected, for messages: 'the name of a context'. */
  readonly expected: string;
}

/** Types of keys. Each is required unless it is put into `ConfigKey.optional`. */
export const ConfigKey = {
  /** Text that is not empty. */
  text({ expected }: ConfigKeyProps): ConfigKey<string> {
    return required(
      expected,
      (name) => `${name} VALUE`,
      ({ text }) => (text.trim() === '' ? undefined : text),
    );
  },
  /** Text that is secret from here on, whether it was set as a secret or not. */
  secret({ expected }: ConfigKeyProps): ConfigKey<pulumi.Output<string>> {
    return required(
      expected,
      (name) => `--secret ${name}`,
      ({ text }) => (text.trim() === '' ? undefined : pulumi.secret(text)),
    );
  },
  /** `true` or `false`. */
  flag({ expected }: ConfigKeyProps): ConfigKey<boolean> {
    return required(
      `${expected}: true or false`,
      (name) => `${name} true`,
      ({ text }) => (text === 'true' ? true : text === 'false' ? false : undefined),
    );
  },
  /** One of these words. */
  oneOf<const Words extends readonly [string, ...string[]]>(words: Words): ConfigKey<Words[number]> {
    return required(
      words.join(' or '),
      (name) => `${name} ${words[0]}`,
      ({ text }) => words.find((word) => word === text),
    );
  },
  /** A whole number above zero. */
  wholeNumber({ expected }: ConfigKeyProps): ConfigKey<number> {
    return required(
      expected,
      (name) => `${name} 1`,
      ({ text }) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined),
    );
  },
  /** Values of slots by their names, as `bindInput` makes them: ids of apps and teams, hosts. */
  slots(): ConfigKey<readonly BoundInput[]> {
    return required(
      'values by the names of slots, for instance app/delivery: 1234',
      (name) => `--path '${name}["app/delivery"]' 1234`,
      readSlots,
    );
  },
  /** A key that may be absent. */
  optional<T>(key: ConfigKey<T>): ConfigKey<T | undefined> {
    return { ...key, optional: true };
  },
};

function required<T>(expected: string, remedy: ConfigKey<T>['remedy'], tryRead: ConfigKey<T>['tryRead']): ConfigKey<T> {
  return { expected, optional: false, remedy, tryRead };
}

/** JSON, as Pulumi keeps what was set with `--path`. */
function readSlots({ text, secret, found }: ConfigText): readonly BoundInput[] | undefined {
  const content = tryJson(text);
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  return Object.entries(content as Readonly<Record<string, SlotValue>>).flatMap(([slot, value]) => {
    try {
      const bound = bindInput(slot, value);
      return [secret ? bindInput(slot, pulumi.secret(value)) : bound];
    } catch (error) {
      if (!InvalidValueError.is(error)) throw error;
      found(secret ? { ...error.diagnostic, given: 'a secret' } : error.diagnostic);
      return [];
    }
  });
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
