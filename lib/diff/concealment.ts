import type { Json } from '../model/platform-model';
import { namesSecret, trySecretByEntropy, trySecretByName, trySecretFormat, trySecretInScript } from '../values/secret-material';
import { isList, isRecord } from './json';
import { ITEM, placeOf } from './places';

/** What stands where a secret was. */
export const CONCEALED = '[secret]';

/** Records whose every value is secret. */
const SECRET_DATA = new Set(['Secret.data', 'Secret.stringData']);
/** Records of settings, in which a random text is a secret rather than a digest or an expression. */
const SETTINGS = new Set(['ConfigMap.data', 'Container.env[]', 'environment.variables', 'Application.spec.source.helm.parameters[]']);
/** Keys whose value refers to a secret and is none: the key within a Secret, or within a secret store. */
const REFERENCES = new Set(['key', 'secretKey', 'topologyKey', 'id-token']);
/** Lists of words of a command line. */
const WORDS = new Set(['command', 'args']);

/** The name under which a value is known: that of its item where the item is a name with a value, else its key. */
export function nameOf(holder: unknown, key: string): string {
  return key === 'value' && isRecord(holder) && typeof holder.name === 'string' ? holder.name : key;
}

/**
 * Whether a value looks like a secret: by the record that holds it, by its format, by its name or, among settings, by its randomness.
 *
 * @param holder place of the record or list in which the value is
 */
export function isSecret(holder: string, name: string, value: Json | undefined): boolean {
  if (SECRET_DATA.has(holder)) return value !== undefined;
  if (typeof value !== 'string') return false;
  if (trySecretFormat(value) !== undefined) return true;
  if (REFERENCES.has(name)) return false;
  if (trySecretByName(name, value) !== undefined) return true;
  if (/[\s=]/.test(value) && trySecretInScript(value) !== undefined) return true;
  return SETTINGS.has(holder) && trySecretByEntropy(name, value) !== undefined;
}

/** Whether a word of a command line is a secret: by itself, or because the option before it says so. */
export function isSecretWord(words: readonly Json[], index: number): boolean {
  const [word, option] = [words[index], words[index - 1]];
  if (typeof word !== 'string') return false;
  if (trySecretFormat(word) !== undefined || trySecretInScript(word) !== undefined) return true;
  const name = typeof option === 'string' ? /^--?([A-Za-z][\w-]*)$/.exec(option)?.[1] : undefined;
  return name !== undefined && namesSecret(name) && trySecretByName(name, word) !== undefined;
}

/** Whether a list at a key holds the words of a command line. */
export function holdsWords(key: string): boolean {
  return WORDS.has(key);
}

/** A value with every secret in it replaced. */
export function withoutSecrets(holder: string, place: string, name: string, value: Json): Json {
  if (isSecret(holder, name, value)) return CONCEALED;
  if (isList(value)) {
    return value.map((item, index) =>
      holdsWords(name) && isSecretWord(value, index) ? CONCEALED : withoutSecrets(place, placeOf(place, ITEM), name, item),
    );
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withoutSecrets(place, placeOf(place, key), nameOf(value, key), item)]),
  );
}
