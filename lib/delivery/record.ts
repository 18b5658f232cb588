import Ajv, { type ErrorObject, type Schema, type ValidateFunction } from 'ajv';
import { parse, stringify } from 'yaml';
import { outside } from './error';

const ajv = new Ajv({ allErrors: true, strict: true });

/** A YAML file that delivery keeps in git: checked by its schema whenever it is read. */
export interface RecordFile<T> {
  /** @throws DeliveryError when the text is not YAML or does not fit the schema; `where` names the file */
  read(text: string, where: string): T;
  write(value: T): string;
}

/** A file of records under a JSON Schema. */
export function recordFile<T>(schema: Schema): RecordFile<T> {
  let validate: ValidateFunction<T> | undefined;
  return {
    read(text, where) {
      let value: unknown;
      try {
        value = parse(text, { maxAliasCount: 0 });
      } catch (error) {
        outside(
          `${where} is not YAML: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`,
          'find who wrote it; restore the last commit that reads',
          error,
        );
      }
      validate ??= ajv.compile<T>(schema);
      if (!validate(value))
        outside(
          `${where} is not what delivery writes: ${describe(validate.errors ?? [])}`,
          'find who wrote it; restore the last commit that reads',
        );
      return value;
    },
    write: (value) => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false }),
  };
}

function describe(errors: readonly ErrorObject[]): string {
  return errors
    .slice(0, 3)
    .map((error) => `${error.instancePath || '/'} ${error.message ?? error.keyword}`)
    .join('; ');
}

export const TEXT = { type: 'string', minLength: 1 } as const;
export const COMMIT = { type: 'string', pattern: '^[0-9a-f]{40}([0-9a-f]{24})?$' } as const;
export const TIME = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{3})?Z$' } as const;
export const DIGEST = { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } as const;
export const RELEASE_ID = { type: 'string', pattern: '^[0-9a-f]{16}$' } as const;
export const ACTOR = {
  type: 'object',
  additionalProperties: false,
  required: ['kind', 'login'],
  properties: { kind: { enum: ['person', 'app'] }, login: TEXT },
} as const;
