// How long `pulumi preview` takes for 200 services through stagegate, beside a program in which the same resources are written out, in
// the same run and in turns:
//   npm run build && npm run toolchain && node bench/preview.mjs [--runs 5] [--json]
// The engine is the real one. No cluster is asked and nothing applied: what remains is what the programs, the SDK and the engine do.
// Ends with 1 when the aim is missed.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createJiti } from 'jiti';
import { printResources, SERVICES, throughStagegate, writtenOut } from './preview-programs.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } } });
const runs = Number(options.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error('bench: --runs takes a whole number of 1 or more');
  process.exit(2);
}
const AIM = 1.1;

const door = join(root, 'dist', 'pulumi', 'index.js');
if (!existsSync(door)) {
  console.error(`bench: ${door} is missing; run: npm run build`);
  process.exit(2);
}
const places = spawnSync(process.execPath, [join(root, 'tools', 'toolchain.mjs'), '--where', '--json'], { encoding: 'utf8' });
for (const name of ['pulumi', 'pulumi-resource-github']) {
  if (JSON.parse(places.stdout)[name] !== null) continue;
  console.error(`bench: ${name} is missing; run: npm run toolchain -- --only ${name}`);
  process.exit(2);
}

/** Previews, and gives what was registered beside the milliseconds that it took. */
async function once(stack) {
  const began = performance.now();
  const { code, steps, text } = await stack.preview();
  const milliseconds = performance.now() - began;
  if (code !== 0) throw new Error(text);
  const registered = steps.filter(({ type }) => type !== 'pulumi:pulumi:Stack').map(({ type, name }) => `${type} ${name}`);
  return { milliseconds, registered: registered.sort() };
}

const { startPulumi } = await createJiti(import.meta.url).import('../test/e2e/bed/pulumi/index.ts');
const pulumi = startPulumi(options.json ? { print: () => {} } : {});
try {
  const through = pulumi.project('through', throughStagegate);
  const printed = spawnSync(process.execPath, ['-e', printResources], { cwd: through.folder, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (printed.status !== 0) throw new Error(printed.stderr);
  const byHand = pulumi.project('by-hand', writtenOut(JSON.parse(printed.stdout)));
  const [subject, peer] = await Promise.all([through.stack('dev'), byHand.stack('dev')]);

  const { registered } = await once(subject);
  if (JSON.stringify((await once(peer)).registered) !== JSON.stringify(registered)) {
    throw new Error('the two programs do not register the same resources');
  }
  const own = [];
  const other = [];
  for (let run = 0; run < runs; run += 1) {
    own.push((await once(subject)).milliseconds);
    other.push((await once(peer)).milliseconds);
  }
  const result = {
    name: `pulumi preview (${SERVICES} services, ${registered.length} resources)`,
    // The quickest: what else the machine does only adds, and in a run of seconds it adds more than the two differ.
    milliseconds: Math.min(...own),
    peer: 'the same written out',
    peerMilliseconds: Math.min(...other),
    ratio: Math.min(...own) / Math.min(...other),
    aim: AIM,
  };
  if (options.json) {
    console.log(JSON.stringify({ version: 1, node: process.version, processors: cpus().length, runs, results: [result] }, null, 2));
  } else {
    const { name, milliseconds, peer: called, peerMilliseconds, ratio } = result;
    console.log(
      `\nnode ${process.version}, ${cpus().length} processors, quickest of ${runs} after one warm-up, taken in turns with the peer\n`,
    );
    console.log(
      `${name}  ${milliseconds.toFixed(0)} ms  ${ratio.toFixed(2)} x ${called} (${peerMilliseconds.toFixed(0)} ms)` +
        `  aim ${AIM} x: ${ratio <= AIM ? 'met' : 'missed'}`,
    );
  }
  if (result.ratio > AIM) process.exitCode = 1;
} finally {
  await pulumi.stop();
}
