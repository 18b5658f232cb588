import * as pulumi from '@pulumi/pulumi';
import { type Diagnostic, InvalidValueError, shown } from '../values/diagnostic';
import type { SlotValue } from '../values/slot';
import { type BoundInput, bindInput } from './bind-input';
import { RefusedProgramError } from './refusal';

/** A key of a stack's configuration: what may stand there. */
export interface ConfigKey<T> {
  /** What is expected, for messages: 'the name of a context'. */
  readonly expected: string;
  readonly optional: boolean;
  /** Whether the value is never shown, and becomes a secret Output. */
  readonly secret: boolean;
  /** Something that fits, for the remedy. */
  readonly example: string;
  /** The value of the text that Pulumi holds; undefined when it does not fit, which `found` may explain. */
  readonly tryRead: (text: string, found: (finding: Diagnostic) => void) => T | undefined;
}

/** What is read by a set of keys. */
export type ConfigOf<Keys extends Readonly<Record<string, ConfigKey<unknown>>>> = {
  readonly [K in keyof Keys]: Keys[K] extends ConfigKey<infer T> ? T : never;
};

interface KeyProps {
  /** What is expected. */
  readonly expected: string;
  /** Something that fits. @default depends on the type */
  readonly example?: string;
}

type Optional<T> = ConfigKey<T | undefined>;

/** Types of keys. Each is required; `ConfigKey.optional` takes that away. */
export const ConfigKey = {
  /** Text that is not empty. */
  text(props: KeyProps): ConfigKey<string> {
    return { example: 'VALUE', ...props, optional: false, secret: false, tryRead: (text) => (text.trim() === '' ? undefined : text) };
  },
  /** Text that is secret, whether it was set as such or not. */
  secret(props: KeyProps): ConfigKey<pulumi.Output<string>> {
    return {
      example: '--secret VALUE',
      ...props,
      optional: false,
      secret: true,
      tryRead: (text) => (text.trim() === '' ? undefined : pulumi.secret(text)),
    };
  },
  /** A whole number above zero, for instance the id of an app. */
  id(props: KeyProps): ConfigKey<number> {
    return {
      example: '1234',
      ...props,
      optional: false,
      secret: false,
      tryRead: (text) => (/^[1-9]\d{0,15}$/.test(text) ? Number(text) : undefined),
    };
  },
  /** `true` or `false`. */
  flag(props: KeyProps): ConfigKey<boolean> {
    return {
      example: 'true',
      ...props,
      optional: false,
      secret: false,
      tryRead: (text) => (text === 'true' ? true : text === 'false' ? false : undefined),
    };
  },
  /** One of these words. */
  oneOf<const Words extends readonly [string, ...string[]]>(words: Words): ConfigKey<Words[number]> {
    return {
      expected: words.join(' or '),
      example: words[0],
      optional: false,
      secret: false,
      tryRead: (text) => words.find((word) => word === text),
    };
  },
  /** Values of slots by their names, as `bindInput` makes them: ids of apps and teams, hosts. */
  slots(): ConfigKey<readonly BoundInput[]> {
    return {
      expected: 'slots with their values, for instance { "app/delivery": 1234 }',
      example: `--path 'slots["app/delivery"]' 1234`,
      optional: false,
      secret: false,
      tryRead: readSlots,
    };
  },
  optional<T>(key: ConfigKey<T>): Optional<T> {
    return { ...key, optional: true };
  },
};

/**
 * The configuration of the stack that runs, typed by its keys and complete: every problem is reported at once, before anything is registered.
 * A key that nobody reads is a slip of the pen and refused. Keys of other namespaces (`kubernetes:`, `github:`) are their providers' affair.
 *
 * @param keys Keys by name, in the namespace of the project.
 * @throws RefusedProgramError with a finding SG054 for each wrong key.
 */
export function stackConfig<Keys extends Readonly<Record<string, ConfigKey<unknown>>>>(keys: Keys): ConfigOf<Keys> {
  const project = pulumi.getProject();
  const stack = pulumi.getStack();
  const all = Object.entries(pulumi.runtime.allConfig());
  const own = new Map(
    all.flatMap(([key, text]) => (key.startsWith(`${project}:`) ? [[key.slice(project.length + 1), text] as const] : [])),
  );
  const findings: Diagnostic[] = [];
  for (const name of own.keys()) if (!Object.hasOwn(keys, name)) findings.push(unknownKey(project, stack, name, Object.keys(keys)));
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(keys)) {
    const text = own.get(name);
    const explained: Diagnostic[] = [];
    const value = text === undefined ? undefined : key.tryRead(text, (finding) => explained.push(finding));
    findings.push(...explained);
    if (value !== undefined) values[name] = value;
    else if (text !== undefined || !key.optional) findings.push(wrongKey(project, stack, name, key, text));
  }
  if (findings.length > 0)
    throw new RefusedProgramError(`the configuration of stack ${stack} does not fit, nothing was registered`, findings);
  return values as ConfigOf<Keys>;
}

/** JSON, as Pulumi keeps what was set with `--path`. */
function readSlots(text: string, found: (finding: Diagnostic) => void): readonly BoundInput[] | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) return undefined;
  return Object.entries(content as Readonly<Record<string, SlotValue>>).flatMap(([slot, value]) => {
    try {
      return [bindInput(slot, value)];
    } catch (error) {
      if (!InvalidValueError.is(error)) throw error;
      found(error.diagnostic);
      return [];
    }
  });
}

const FINDING = { code: 'SG054', name: 'wrong-stack-config', severity: 'error' } as const;

function unknownKey(project: string, stack: string, name: string, known: readonly string[]): Diagnostic {
  return {
    ...FINDING,
    path: `${stack} ${project}:${name}`,
    message: 'the stack reads no such key',
    given: name,
    expected: known.length === 0 ? 'no keys' : known.join(', '),
    remedy: `correct its name, or remove it: pulumi config rm ${name} --stack ${stack}`,
  };
}

function wrongKey(project: string, stack: string, name: string, key: ConfigKey<unknown>, text: string | undefined): Diagnostic {
  return {
    ...FINDING,
    path: `${stack} ${project}:${name}`,
    message: text === undefined ? 'a key is missing' : 'the value of a key does not fit',
    given: text === undefined ? 'nothing' : key.secret ? 'a secret' : shown(text),
    expected: key.expected,
    remedy: `pulumi config set ${name} ${key.example} --stack ${stack}`,
  };
}
