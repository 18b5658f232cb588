import type { Difference, EnvironmentDifference, FieldChange } from '../diff/difference';
import type { Json } from '../model/platform-model';
import { trySecretByName, trySecretFormat } from '../values/secret-material';
import type { StackPreview } from './pulumi-preview';

const SECRET = '[secret]';

/**
 * A difference in which nothing looks like a secret any more: values in a known format of credentials, values whose name says that they are
 * secret, and what is `known` to be one. A second net: whoever makes a difference leaves secrets out, but it may come from another run.
 */
export function withoutSecrets(difference: Difference, known: readonly string[] = []): Difference {
  const cleaned = withoutFormats(difference, known);
  return {
    ...cleaned,
    environments: cleaned.environments.map((environment) => withoutNamedSecrets(environment)),
    repositories: cleaned.repositories.map((repository) => ({
      ...repository,
      changes: repository.changes.map((change) => ({ ...change, fields: change.fields.map(withoutNamedSecret) })),
    })),
  };
}

/** The same for what Pulumi would do to a stack, in which it masks what the program has marked as secret. */
export function previewWithoutSecrets(preview: StackPreview, known: readonly string[] = []): StackPreview {
  const cleaned = withoutFormats(preview, known);
  if (cleaned.kind === 'unreadable') return cleaned;
  return { ...cleaned, steps: cleaned.steps.map((step) => ({ ...step, fields: step.fields.map(withoutNamedSecret) })) };
}

function withoutFormats<T>(document: T, known: readonly string[]): T {
  const longEnough = known.filter((secret) => secret.length >= 8);
  const text = (value: string): string =>
    trySecretFormat(value) !== undefined || longEnough.some((secret) => value.includes(secret)) ? SECRET : value;
  return mapped(document as Json, text) as T;
}

function withoutNamedSecrets(environment: EnvironmentDifference): EnvironmentDifference {
  const changes = environment.changes.map((change) => ({
    ...change,
    fields: change.fields.map(withoutNamedSecret),
    ...(change.object === undefined ? {} : { object: withoutNamedValues(change.object as Json) as typeof change.object }),
  }));
  return { ...environment, changes };
}

/** A field of a variable or of a data key whose name says that it is secret. */
function withoutNamedSecret(field: FieldChange): FieldChange {
  const name =
    /\[([^\]]+)\]\.value$/.exec(field.path)?.[1] ?? /^(?:data|stringData|binaryData)(?:\.|\[")(.+?)(?:"\])?$/.exec(field.path)?.[1];
  const isNamed = (value: Json | undefined): boolean => typeof value === 'string' && trySecretByName(name ?? '', value) !== undefined;
  return name !== undefined && (isNamed(field.before) || isNamed(field.after)) ? { path: field.path, secret: true } : field;
}

/** Environment variables and data of an object, without the values whose name says that they are secret. */
function withoutNamedValues(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNamedValues);
  if (typeof value !== 'object' || value === null) return value;
  const record = value as Readonly<Record<string, Json>>;
  const { name, value: own } = record;
  if (typeof name === 'string' && typeof own === 'string' && trySecretByName(name, own) !== undefined) return { ...record, value: SECRET };
  return Object.fromEntries(
    Object.entries(record).map(([key, child]) => [
      key,
      /^(?:data|stringData|binaryData)$/.test(key) ? withoutNamedData(child) : withoutNamedValues(child),
    ]),
  );
}

function withoutNamedData(data: Json): Json {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return withoutNamedValues(data);
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      typeof value === 'string' && trySecretByName(key, value) !== undefined ? SECRET : value,
    ]),
  );
}

function mapped(value: Json, text: (value: string) => string): Json {
  if (typeof value === 'string') return text(value);
  if (Array.isArray(value)) return value.map((item) => mapped(item, text));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, mapped(child, text)]));
}
