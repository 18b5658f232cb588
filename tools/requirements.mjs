// What the tests show of the requirements of the five systems.
//   node tools/requirements.mjs                 shown, failing, deferred, declined, missing, by system and kind
//   node tools/requirements.mjs --json          the same as one JSON document
//   node tools/requirements.mjs --complete openluffy   fails when a requirement of the system is missing
//   node tools/requirements.mjs --results FILE  reads what jest has written to FILE, and runs nothing
//   node tools/requirements.mjs --e2e           runs the end-to-end tests as well that show what lives in a cluster; needs `npm run build` and the toolchain
//   node tools/requirements.mjs --probe         runs each test without each rule and compiler part that it names; lists tests that pass all the same; with --e2e those on a cluster too
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const folder = join(root, 'test', 'requirements');
const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    probe: { type: 'boolean' },
    e2e: { type: 'boolean' },
    complete: { type: 'string', multiple: true },
    results: { type: 'string' },
  },
});

const readJson = (path) => JSON.parse(readFileSync(path, 'utf8'));
const systems = readdirSync(join(folder, 'lists'))
  .sort()
  .map((file) => readJson(join(folder, 'lists', file)));
const outcomes = readJson(join(folder, 'outcomes.json'));
const readings = new Map(readJson(join(folder, 'readings.json')).map((reading) => [reading.id, reading]));

/** Where what is enforced lives, and the test that shows it there. */
const places = readJson(join(folder, 'places.json'));
const LIVES = { delivery: 'in the delivery engine', github: 'in GitHub', cluster: "in the cluster's own objects" };
const endToEnd = ({ shown }) => shown.startsWith('test/e2e/');

/** Runs all requirement tests, or, in place of each, its body without each rule and part that it names; gives their files, titles and how they ended. */
function runTests(probe) {
  if (options.results !== undefined) return testsOf(readJson(options.results));
  const tests = jest('test/requirements/jest.config.cjs', [], probe);
  if (!options.e2e) return tests;
  const files = places.filter((place) => endToEnd(place) && !(probe && place.test !== undefined)).map(({ shown }) => shown);
  return [...tests, ...jest('test/e2e/jest.config.cjs', [...new Set(files)], probe)];
}

function jest(config, files, probe) {
  const scratch = mkdtempSync(join(tmpdir(), 'requirements-'));
  const file = join(scratch, 'results.json');
  const { STAGEGATE_PROBE: _probe, ...environment } = process.env;
  const args = [
    '-c',
    config,
    '--json',
    `--outputFile=${file}`,
    '--silent',
    ...(probe ? ['--testNamePattern', ' is not shown$'] : []),
    ...files,
  ];
  const run = spawnSync(process.execPath, [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...args], {
    cwd: root,
    env: probe ? { ...environment, STAGEGATE_PROBE: '1' } : environment,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  try {
    return testsOf(readJson(file));
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    console.error(run.stderr || String(error));
    process.exit(3);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The tests among jest's results that ran. */
function testsOf({ testResults }) {
  return testResults.flatMap((result) => {
    if (result.assertionResults.length === 0 && result.status === 'failed') throw new Error(`${result.name}: ${result.message}`);
    return result.assertionResults
      .filter(({ status }) => status === 'passed' || status === 'failed')
      .map(({ title, status, failureMessages }) => ({
        id: title.split(' ')[0],
        file: relative(root, result.name),
        title,
        passed: status === 'passed',
        failure: failureMessages?.[0]?.split('\n')[0],
      }));
  });
}

const isOfRequirement = ({ title }) => /^[A-Z]+-\d+ /.test(title);

if (options.probe) {
  const probes = runTests(true)
    .filter(isOfRequirement)
    .map(({ title, passed }) => {
      const [, id, part] = /^(\S+) without (\S+) is not shown$/.exec(title) ?? [];
      return { id, part, passed };
    });
  const parts = [...new Set(probes.map(({ part }) => part))].sort();
  const survivors = probes.filter(({ passed }) => !passed);
  if (options.json) {
    console.log(
      JSON.stringify({ version: 1, probes: probes.map(({ id, part, passed }) => ({ id, without: part, fails: passed })) }, null, 2),
    );
  } else {
    for (const part of parts) {
      const named = probes.filter((one) => one.part === part);
      const still = named.filter(({ passed }) => !passed).map(({ id }) => id);
      const text = `without ${part}: ${named.length - still.length} of ${named.length} fail`;
      console.log(still.length === 0 ? `ok    ${text}` : `PASS  ${text}; still passing: ${still.join(', ')}`);
    }
    console.log(`${probes.length - survivors.length} passed, ${survivors.length} failed`);
  }
  process.exit(survivors.length === 0 && probes.length > 0 ? 0 : 1);
}

const ran = runTests(false);
const shows = (place) => (test) =>
  test.file === place.shown && (place.test === undefined ? test.id === place.id : test.title === place.test);
/** Tests with another title that show a requirement count as its tests. */
const tests = ran.flatMap((test) => {
  const named = places.filter((place) => place.test !== undefined && shows(place)(test)).map(({ id }) => ({ ...test, id }));
  return isOfRequirement(test) ? [test, ...named] : named;
});
const failed = tests.filter(({ passed }) => !passed);

const report = systems.map(({ system, requirements }) => ({
  system,
  requirements: requirements.map(({ id, kind, title }) => {
    const reading = readings.get(id)?.reading;
    const own = places.filter((place) => place.id === id).map(({ id: _id, ...place }) => place);
    const base = { id, kind, title, ...(reading === undefined ? {} : { reading }), ...(own.length === 0 ? {} : { places: own }) };
    const shown = tests.filter((test) => test.id === id);
    if (shown.some(({ passed }) => !passed)) return { ...base, outcome: 'failing', why: shown.find(({ passed }) => !passed).failure };
    if (shown.length > 0) return { ...base, outcome: 'shown' };
    return { ...base, ...(outcomes[id] ?? { outcome: 'missing' }) };
  }),
}));

const contradictions = Object.keys(outcomes)
  .filter((id) => tests.some((test) => test.id === id))
  .map((id) => `${id} has a test and is ${outcomes[id].outcome}`);
const files = new Set(ran.map(({ file }) => file));
for (const place of places.filter(({ shown }) => files.has(shown))) {
  if (!ran.some(shows(place))) contradictions.push(`${place.id} lives ${LIVES[place.lives]}, and no test in ${place.shown} shows it`);
}
for (const system of options.complete ?? [])
  if (!report.some((one) => one.system === system)) contradictions.push(`there is no system ${system}`);
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
      const counts = names.map((name) => String(counted.filter(({ outcome }) => outcome === name).length).padStart(9));
      console.log(`${system.padEnd(12)}${kind.padEnd(9)}${counts.join('')}`);
    }
  }
  for (const { requirements } of report) {
    for (const { id, outcome, why } of requirements) {
      if (outcome === 'deferred' || outcome === 'declined' || outcome === 'failing') console.log(`${id} ${outcome}: ${why}`);
    }
  }
  for (const { requirements } of report) {
    for (const { id, outcome, places: own = [] } of requirements) {
      for (const { lives, shown } of outcome === 'shown' ? own : []) {
        const later = endToEnd({ shown }) && !options.e2e ? '; not run just now' : '';
        console.log(`${id} lives ${LIVES[lives]}, shown by ${shown}${later}`);
      }
    }
  }
  for (const { requirements } of report) {
    for (const { id, outcome, reading } of requirements)
      if (outcome === 'shown' && reading !== undefined) console.log(`${id} shown, read as: ${reading}`);
  }
  for (const { id, title } of incomplete) console.log(`${id} missing: ${title}`);
  console.log(`${tests.length - failed.length} passed, ${failed.length} failed`);
}
for (const line of contradictions) console.error(line);
process.exit(failed.length + contradictions.length + incomplete.length === 0 ? 0 : 1);
