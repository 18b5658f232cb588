// What the tests show of the requirements of the five systems.
//   node tools/requirements.mjs                 shown, deferred, declined, missing, by system and kind
//   node tools/requirements.mjs --json          the same as one JSON document
//   node tools/requirements.mjs --complete openluffy   fails when a requirement of the system is missing
//   node tools/requirements.mjs --probe         runs the tests without each rule and compiler part in turn; lists tests that pass all the same
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'test', 'requirements');
const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, probe: { type: 'boolean' }, complete: { type: 'string', multiple: true } },
});

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const systems = readdirSync(join(folder, 'lists')).map((file) => readJson(join(folder, 'lists', file)));
const outcomes = readJson(join(folder, 'outcomes.json'));

/** Runs the tests, without a rule or part where one is named; gives each test's id, `by` and whether it passed. */
function runTests(without, pattern) {
  const scratch = mkdtempSync(join(tmpdir(), 'requirements-'));
  const file = join(scratch, 'results.json');
  const args = [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), 'test/requirements', '--json', `--outputFile=${file}`, '--silent'];
  if (pattern !== undefined) args.push('-t', pattern);
  const run = spawnSync(process.execPath, args, {
    cwd: root,
    env: { ...process.env, STAGEGATE_PROBE: without ?? '' },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  try {
    return readJson(file).testResults.flatMap((result) => {
      if (result.assertionResults.length === 0 && result.status === 'failed') throw new Error(result.message);
      return result.assertionResults
        .filter(({ status }) => status === 'passed' || status === 'failed')
        .map(({ title, status, failureMessages }) => ({
          id: title.split(' ')[0],
          by: /\[by ([^\]]+)\]$/.exec(title)?.[1].split(' ') ?? [],
          passed: status === 'passed',
          failure: failureMessages?.[0]?.split('\n')[0],
        }))
        .filter(({ id }) => /^[A-Z]+-\d+$/.test(id));
    });
  } catch (error) {
    console.error(run.stderr || String(error));
    process.exit(3);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

const tests = runTests();
const failed = tests.filter(({ passed }) => !passed);

if (options.probe) {
  const parts = [...new Set(tests.flatMap(({ by }) => by))].sort();
  const survivors = [];
  for (const part of parts) {
    const escaped = part.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
    const named = runTests(part, `\\[by [^\\]]*\\b${escaped}(?=[ \\]])`).filter(({ by }) => by.includes(part));
    const still = named.filter(({ passed }) => passed).map(({ id }) => id);
    if (named.length === 0) survivors.push(`${part}: no test ran`);
    if (still.length > 0) survivors.push(`${part}: ${still.join(', ')}`);
    console.log(
      `${still.length === 0 ? 'ok  ' : 'PASS'} without ${part}: ${named.length - still.length} of ${named.length} fail${still.length === 0 ? '' : `; still passing: ${still.join(', ')}`}`,
    );
  }
  console.log(`${parts.length - survivors.length} passed, ${survivors.length} failed`);
  process.exit(survivors.length === 0 && failed.length === 0 ? 0 : 1);
}

const report = systems.map(({ system, requirements }) => ({
  system,
  requirements: requirements.map(({ id, kind, title }) => {
    const shown = tests.filter((test) => test.id === id);
    if (shown.some(({ passed }) => !passed))
      return { id, kind, title, outcome: 'failing', why: shown.find(({ passed }) => !passed).failure };
    if (shown.length > 0) return { id, kind, title, outcome: 'shown' };
    return { id, kind, title, ...(outcomes[id] ?? { outcome: 'missing' }) };
  }),
}));

const contradictions = tests
  .filter(({ id }) => outcomes[id] !== undefined)
  .map(({ id }) => `${id} has a test and is ${outcomes[id].outcome}`);
const incomplete = report
  .filter(({ system }) => options.complete?.includes(system))
  .flatMap(({ requirements }) => requirements.filter(({ outcome }) => outcome === 'missing'));

if (options.json) {
  console.log(JSON.stringify({ version: 1, systems: report }, null, 2));
} else {
  const kinds = ['DECLARE', 'RENDER', 'ENFORCE', 'REJECT', 'RUN', 'OBSERVE'];
  const names = ['shown', 'failing', 'deferred', 'declined', 'missing'];
  console.log(`${'system'.padEnd(12)}${'kind'.padEnd(9)}${names.map((name) => name.padStart(9)).join('')}`);
  for (const { system, requirements } of report) {
    for (const kind of [...kinds, 'all']) {
      const counted = requirements.filter((one) => kind === 'all' || one.kind === kind);
      console.log(
        `${system.padEnd(12)}${kind.padEnd(9)}${names.map((name) => String(counted.filter(({ outcome }) => outcome === name).length).padStart(9)).join('')}`,
      );
    }
  }
  for (const { requirements } of report) {
    for (const { id, outcome, why } of requirements)
      if (outcome === 'deferred' || outcome === 'declined' || outcome === 'failing') console.log(`${id} ${outcome}: ${why}`);
  }
  for (const { id, title } of incomplete) console.log(`${id} missing: ${title}`);
}
for (const line of contradictions) console.error(line);
console.log(`${tests.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length + contradictions.length + incomplete.length === 0 ? 0 : 1);
