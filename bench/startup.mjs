// How long it takes to load the library and to start commands, beside a well-known program in the same run:
//   npm run build && npm run bench [-- --runs 15] [--json]
// Prints medians and ratios. Ends with 1 when an aim is missed; the aims are milliseconds on two idle cores, so look at the ratio then: it tells a
// slow machine from a regression.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const require = createRequire(import.meta.url);
const { values: options } = parseArgs({ options: { runs: { type: 'string', default: '15' }, json: { type: 'boolean', default: false } } });
const runs = Number(options.runs);
if (!Number.isInteger(runs) || runs < 1) {
  console.error('bench: --runs takes a whole number of 1 or more');
  process.exit(2);
}

const cli = join(root, 'dist', 'cli', 'main.js');
const program = join(root, 'examples', '01-openluffy', 'platform.ts');
const tsc = require.resolve('typescript/lib/tsc.js');

/** Loads a package and prints the milliseconds that took, without the start of node. */
const loading = (name) => ['-e', `const t = performance.now(); require('${name}'); console.log(performance.now() - t)`];

const measurements = [
  {
    name: "require('stagegate')",
    needs: join(root, 'dist', 'index.js'),
    aim: 150,
    subject: { args: loading('stagegate'), own: true },
    peer: { name: "require('cdk8s')", args: loading('cdk8s'), own: true },
  },
  {
    name: 'stagegate --help',
    needs: cli,
    aim: 150,
    subject: { args: [cli, '--help'] },
    peer: { name: 'tsc --version', args: [tsc, '--version'] },
  },
  {
    name: 'stagegate check (OpenLuffy)',
    needs: cli,
    aim: 600,
    subject: { args: [cli, 'check', '--program', program] },
    peer: { name: 'tsc --noEmit (OpenLuffy)', args: [tsc, '--noEmit', '-p', join(root, 'bench', 'tsconfig.peer.json')] },
  },
];

/** Runs once and gives milliseconds: those that the process printed itself, or the whole of its life. */
function once({ args, own }) {
  const began = performance.now();
  const run = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  const whole = performance.now() - began;
  if (run.status !== 0) throw new Error(`node ${args.join(' ')} ended with ${run.status}\n${run.stderr || run.stdout}`);
  return own ? Number(run.stdout) : whole;
}

const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};

const results = [];
for (const { name, needs, aim, subject, peer } of measurements) {
  if (!existsSync(needs)) {
    console.error(`bench: ${needs} is missing; run: npm run build`);
    process.exit(2);
  }
  once(subject);
  once(peer);
  const own = [];
  const other = [];
  for (let run = 0; run < runs; run += 1) {
    own.push(once(subject));
    other.push(once(peer));
  }
  results.push({
    name,
    milliseconds: median(own),
    aim,
    peer: peer.name,
    peerMilliseconds: median(other),
    ratio: median(own) / median(other),
  });
}

if (options.json) {
  console.log(JSON.stringify({ version: 1, node: process.version, processors: cpus().length, runs, results }, null, 2));
} else {
  console.log(`node ${process.version}, ${cpus().length} processors, median of ${runs} after one warm-up, taken in turns with the peer\n`);
  for (const { name, milliseconds, aim, peer, peerMilliseconds, ratio } of results) {
    console.log(
      `${name.padEnd(30)} ${milliseconds.toFixed(0).padStart(5)} ms  aim ${aim} ms: ${milliseconds < aim ? 'met' : 'missed'}` +
        `  ${ratio.toFixed(2)} x ${peer} (${peerMilliseconds.toFixed(0)} ms)`,
    );
  }
}
if (results.some(({ milliseconds, aim }) => milliseconds >= aim)) process.exitCode = 1;
