import * as pulumi from '@pulumi/pulumi';
import { type Diagnostic, shown } from '../values/diagnostic';
import type { ConfigKey } from './config-key';
import { RefusedProgramError } from './refusal';

/** What is read by a set of keys. */
export type ConfigOf<Keys extends Readonly<Record<string, ConfigKey<unknown>>>> = {
  readonly [K in keyof Keys]: Keys[K] extends ConfigKey<infer T> ? T : never;
};

/**
 * The configuration of the stack that runs, typed by its keys and complete: every problem is reported at once, before anything is registered.
 * A key of the project that nobody reads is a slip of the pen and refused; what else stands under `kubernetes:` or `github:` is the provider's.
 *
 * @param keys Keys by name: `slots` is one of the project, `github:owner` one of a provider.
 * @throws RefusedProgramError with a finding SG054 for each key that is wrong.
 */
export function stackConfig<const Keys extends Readonly<Record<string, ConfigKey<unknown>>>>(keys: Keys): ConfigOf<Keys> {
  const stack = pulumi.getStack();
  const own = `${pulumi.getProject()}:`;
  const config = new Map(Object.entries(pulumi.runtime.allConfig()));
  const findings = [...config.keys()]
    .filter((key) => key.startsWith(own) && !Object.hasOwn(keys, key.slice(own.length)))
    .map((key) => unknownKey(stack, key.slice(own.length), Object.keys(keys)));
  const values: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(keys)) {
    const path = name.includes(':') ? name : `${own}${name}`;
    const text = config.get(path);
    if (text === undefined) {
      if (!key.optional) findings.push(wrongKey(stack, name, key, undefined));
      continue;
    }
    const explained: Diagnostic[] = [];
    const value = key.tryRead({ text, secret: isSecret(path), found: (finding) => explained.push(finding) });
    if (value === undefined) findings.push(wrongKey(stack, name, key, isSecret(path) ? 'a secret' : shown(text)));
    else values[name] = value;
    findings.push(...explained);
  }
  if (findings.length === 0) return values as ConfigOf<Keys>;
  throw new RefusedProgramError(`the configuration of stack ${stack} does not fit, nothing was registered`, findings);
}

/** Whether it was set with `--secret`; the SDK knows, and does not say so in its types. */
function isSecret(path: string): boolean {
  return (pulumi.runtime as { readonly isConfigSecret?: (key: string) => boolean }).isConfigSecret?.(path) ?? true;
}

function unknownKey(stack: string, name: string, known: readonly string[]): Diagnostic {
  return finding(stack, {
    message: 'the stack reads no such key',
    given: name,
    expected: known.length === 0 ? 'no keys' : known.join(', '),
    remedy: `correct its name, or remove it: pulumi config rm ${name} --stack ${stack}`,
  });
}

function wrongKey(stack: string, name: string, { expected, remedy }: ConfigKey<unknown>, given: string | undefined): Diagnostic {
  return finding(stack, {
    message: given === undefined ? `${name} is missing` : `${name} does not fit`,
    given: given ?? 'nothing',
    expected,
    remedy: `pulumi config set ${remedy(name)} --stack ${stack}`,
  });
}

function finding(stack: string, what: Pick<Diagnostic, 'message' | 'given' | 'expected' | 'remedy'>): Diagnostic {
  return { code: 'SG054', name: 'wrong-stack-config', severity: 'error', path: stack, ...what };
}
