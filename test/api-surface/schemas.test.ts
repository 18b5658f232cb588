import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';

const root = join(__dirname, '..', '..');

test('the published schemas say what the types of model, desired state and difference say', () => {
  const run = spawnSync(process.execPath, [join(root, 'tools/build/schemas.mjs'), '--check'], { cwd: root, encoding: 'utf8' });
  expect(run.stderr).toBe('');
  expect(run.stdout).toBe('3 passed, 0 failed\n');
});

test.each(['platform-model', 'desired-state', 'difference'])(
  'the published schema of the %s is a schema, and refuses unknown fields',
  (name) => {
    const schema = JSON.parse(readFileSync(join(root, 'schema', `${name}.schema.json`), 'utf8'));
    const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
    expect(validate({ unknown: 1 })).toBe(false);
    expect(validate.errors?.map((error) => error.message)).toContain('must NOT have additional properties');
  },
);
