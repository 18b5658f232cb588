import type { Json } from '../model/platform-model';
import {
  CONCEALED,
  namesSecret,
  trySecretByEntropy,
  trySecretByName,
  trySecretFormat,
  trySecretInExpression,
  trySecretInScript,
  tryTokenInAddress,
  withoutSecretsInText,
} from '../values/secret-material';
import { isList, isRecord } from './json';
import { ITEM, placeOf } from './places';

/** Records whose every value is secret. */
const SECRET_DATA = new Set(['Secret.data', 'Secret.stringData']);
/** Records of settings, in which a random text is a secret rather than a digest or an expression. */
const SETTINGS = new Set([
  'ConfigMap.data',
  'Container.env[]',
  'environment.variables',
  'Application.spec.source.helm.parameters[]',
  ...['validations', 'matchConditions', 'variables'].map((list) => `ValidatingAdmissionPolicy.spec.${list}[]`),
]);
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
  if ((trySecretFormat(value) ?? tryTokenInAddress(value)) !== undefined) return true;
  if (REFERENCES.has(name)) return false;
  if (trySecretByName(name, value) !== undefined) return true;
  if (/[\s=]/.test(value) && (trySecretInScript(value) ?? trySecretInExpression(value)) !== undefined) return true;
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
  return concealed(holder, place, name, value, () => undefined);
}

/** Every text in a value that is a secret. */
export function secretsIn(place: string, value: Json): readonly string[] {
  const found: string[] = [];
  concealed('', place, '', value, (secret) => void (typeof secret === 'string' && found.push(secret)));
  return found;
}

function concealed(holder: string, place: string, name: string, value: Json, see: (secret: Json) => void): Json {
  const concealing = (secret: Json): Json => {
    see(secret);
    return CONCEALED;
  };
  if (isSecret(holder, name, value)) return concealing(value);
  if (isList(value)) {
    return value.map((item, index) =>
      holdsWords(name) && isSecretWord(value, index) ? concealing(item) : concealed(place, placeOf(place, ITEM), name, item, see),
    );
  }
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, concealed(place, placeOf(place, key), nameOf(value, key), item, see)]),
  );
}

/** Shorter texts are parts of words that say nothing of a secret, characters. */
const SHORTEST_KNOWN = 4;

/** A sentence of somebody who may quote secrets: without those that are known, also in base64 and with escapes, and without what looks like one. */
export function withoutQuoted(known: readonly string[], sentence: string): string {
  const spellings = known
    .flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret, 'base64').toString(),
    ])
    .filter(({ length }) => length >= SHORTEST_KNOWN)
    .sort((a, b) => b.length - a.length);
  return withoutSecretsInText(spellings.reduce((left, secret) => left.replaceAll(secret, CONCEALED), sentence));
}
