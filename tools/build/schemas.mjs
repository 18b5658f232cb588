// The published JSON Schemas of the resolved model, the desired state and a difference, made from their TypeScript types.
//   node tools/build/schemas.mjs           rewrites schema/
//   node tools/build/schemas.mjs --check   fails when schema/ does not say what the types say
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const published = [
  { file: 'platform-model.schema.json', source: 'lib/model/platform-model.ts', type: 'PlatformModel' },
  { file: 'desired-state.schema.json', source: 'lib/desired/desired-state.ts', type: 'DesiredState' },
  { file: 'difference.schema.json', source: 'lib/diff/difference.ts', type: 'Difference' },
];

/** The text of a published schema as the types have it now. */
function schemaOf({ source, type, file }) {
  const generator = createGenerator({
    path: join(root, source),
    tsconfig: join(root, 'tsconfig.build.json'),
    type,
    schemaId: file,
    expose: 'export',
    topRef: true,
    jsDoc: 'extended',
    additionalProperties: false,
    sortProps: true,
    skipTypeCheck: true,
  });
  return `${JSON.stringify(generator.createSchema(type), null, 2)}\n`;
}

function written(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

let stale = 0;
for (const schema of published) {
  const path = join(root, 'schema', schema.file);
  const text = schemaOf(schema);
  if (!process.argv.includes('--check')) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } else if (written(path) !== text) {
    stale += 1;
    console.error(`schema/${schema.file} is not what ${schema.source} says; run: npm run schemas:model`);
  }
}
console.log(`${published.length - stale} passed, ${stale} failed`);
process.exit(stale === 0 ? 0 : 1);
