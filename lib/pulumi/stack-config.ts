import * as pulumi from '@pulumi/pulumi';
import { type Diagnostic, shown } from '../values/diagnostic';
import type { ConfigKey } from './config-key';
import { tryNearestKey } from './nearest-key';
import { type ConfiguredProvider, isProviderKey, PROVIDER_KEYS } from './provider-keys';
import { RefusedProgramError } from './refusal';

/** What is read by a set of keys. */
export type ConfigOf<Keys extends Readonly<Record<string, ConfigKey<unknown>>>> = {
  readonly [K in keyof Keys]: Keys[K] extends ConfigKey<infer T> ? T : never;
};

export interface StackConfigOptions {
  /**
   * Providers that get all that their namespace holds, though the stack reads some of it: `new github.Provider('…', { ...github.config })`.
   * Each key that they document may be set then. One of which no key is read here is left to the default provider, which gets all as well.
   *
   * @default none: what is read here is all that the provider gets
   */
  readonly whole?: readonly ConfiguredProvider[];
}

/**
 * The configuration of the stack that runs, typed by its keys and complete: every problem is reported at once, before anything is registered.
 * A key of the project, of `kubernetes:` or of `github:` that nobody reads is a slip of the pen and refused.
 *
 * @param keys Keys by name: `slots` is one of the project, `github:owner` one of a provider.
 * @throws RefusedProgramError with a finding SG054 for each key that is wrong.
 */
export function stackConfig<const Keys extends Readonly<Record<string, ConfigKey<unknown>>>>(
  keys: Keys,
  options: StackConfigOptions = {},
): ConfigOf<Keys> {
  const stack = pulumi.getStack();
  const own = `${pulumi.getProject()}:`;
  const config = new Map(Object.entries(pulumi.runtime.allConfig()));
  const known = knownKeys(Object.keys(keys), options.whole ?? []);
  const findings = [...config.keys()]
    .filter((key) => (key.startsWith(own) || isProviderKey(key)) && !known.includes(key))
    .map((key) => (key.startsWith(own) ? key.slice(own.length) : key))
    .filter((name) => !known.includes(name))
    .map((name) => unknownKey(stack, name, known));
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

/** What is read here, and what providers read themselves. */
function knownKeys(read: readonly string[], whole: readonly ConfiguredProvider[]): readonly string[] {
  const providers = (Object.keys(PROVIDER_KEYS) as ConfiguredProvider[]).filter(
    (provider) => whole.includes(provider) || !read.some((name) => name.startsWith(`${provider}:`)),
  );
  return [...new Set([...read, ...providers.flatMap((provider) => PROVIDER_KEYS[provider].map((name) => `${provider}:${name}`))])];
}

function unknownKey(stack: string, name: string, known: readonly string[]): Diagnostic {
  const nearest = tryNearestKey(name, known);
  const namespace = name.slice(0, name.indexOf(':') + 1);
  const alike = known.filter((one) => one.slice(0, one.indexOf(':') + 1) === namespace || one === nearest);
  return finding(stack, {
    message: 'the stack reads no such key',
    given: name,
    expected: alike.length === 0 ? 'no keys' : alike.join(', '),
    remedy: `${nearest === undefined ? 'correct its name' : `rename it to ${nearest}`}, or remove it: pulumi config rm ${name} --stack ${stack}`,
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
