import type { Stack } from '../stack/stack';
import { refuse } from '../values/diagnostic';

/** SDKs whose classes make the resources. */
export type SdkName = '@pulumi/github' | '@pulumi/kubernetes';

/** The SDK of a provider as a program finds it, loaded when something is made with it. */
export interface InstalledSdk {
  readonly name: SdkName;
  /** Its own manifest. Throws where the SDK is not installed. */
  readonly manifest: () => { readonly version: string };
  /** What of these types it should have a class for, and has none. */
  readonly missing: (types: readonly string[]) => readonly string[];
}

/**
 * Holds the installed SDK against a stack, before anything of it is registered. One below the peer range lacks classes, and leaves out
 * without a word the inputs that it does not know.
 *
 * @throws InvalidValueError SG063
 */
export function requireSdk({ name, manifest, missing }: InstalledSdk, { resources }: Stack, path: string): void {
  const oldest = oldestSupported(name);
  const wrong = { code: 'SG063', name: 'wrong-sdk', path, remedy: `npm install "${name}@^${oldest}"` };
  const version = tryVersion(manifest, name);
  if (version === undefined) {
    refuse({
      ...wrong,
      message: 'the SDK that makes these resources is not installed',
      given: `no ${name}`,
      expected: `${name} ${oldest} or later`,
    });
  }
  const lacking = missing([...new Set(resources.map(({ type }) => type))]);
  const given = `${name} ${version}${lacking.length === 0 ? '' : `, which has no ${lacking.join(', ')}`}`;
  if (isOlder(version, oldest)) {
    refuse({
      ...wrong,
      message: 'the installed SDK is older than what is registered with it',
      given,
      expected: `${name} ${oldest} or later`,
    });
  }
  if (lacking.length > 0) {
    refuse({
      ...wrong,
      message: 'the installed SDK has no class for what is registered',
      given,
      expected: `a version of ${name} that has it`,
      remedy: 'install such a version, or declare what this one has',
    });
  }
}

/** Undefined when there is no such package; anything else that is wrong with it is thrown. */
function tryVersion(manifest: InstalledSdk['manifest'], name: SdkName): string | undefined {
  try {
    return manifest().version;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' && message.includes(name)) return undefined;
    throw error;
  }
}

/** Where the peer range begins. */
function oldestSupported(name: SdkName): string {
  // The manifest lies outside the compiled folder, where an import cannot follow it.
  const { peerDependencies } = require('../../package.json') as { readonly peerDependencies: Readonly<Record<SdkName, string>> };
  return peerDependencies[name].slice(1);
}

function isOlder(version: string, than: string): boolean {
  const numbers = (text: string): number[] => (/^\d+\.\d+\.\d+/.exec(text)?.[0] ?? '0.0.0').split('.').map(Number);
  const [own, other] = [numbers(version), numbers(than)];
  const differing = own.findIndex((number, index) => number !== other[index]);
  return differing >= 0 && (own[differing] ?? 0) < (other[differing] ?? 0);
}
