// How long it takes to compare a large program with its base, beside one render of it in the same run:
//   npm run build && node bench/diff.mjs [--services 1000] [--runs 3] [--json]
// One service of many changes, in three environments. Prints the ratio of both times, and ends with 1 when the aim is missed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const AIM = 1.3;
const cli = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'cli', 'main.js');
const { values: options } = parseArgs({
  options: {
    services: { type: 'string', default: '1000' },
    runs: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
  },
});
const [services, runs] = [Number(options.services), Number(options.runs)];
if (![services, runs].every((number) => Number.isInteger(number) && number > 0)) {
  console.error('bench: --services and --runs take whole numbers of 1 or more');
  process.exit(2);
}
if (!existsSync(cli)) {
  console.error(`bench: ${cli} is missing; run: npm run build`);
  process.exit(2);
}

const program = (replicas) => `
import { BranchProtection, Build, Check, Cluster, Environment, Gate, Platform, PromotionPolicy, Repository, ServiceStack, Target, Tier } from 'stagegate';

export const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true, plan: 'team' });
const target = Target.kubernetes(Cluster.argoCd('main', { url: 'https://argocd.example.com' }));
const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('develop') });
const staging = new Environment(platform, 'staging', { tier: Tier.staging, target });
const prod = new Environment(platform, 'prod', { tier: Tier.production, target });
for (let number = 0; number < ${services}; number++) {
  const changed = number === ${Math.floor(services / 2)} ? { replicas: ${replicas} } : {};
  new ServiceStack(platform, 'service-' + number, { build: Build.dockerfile('service-' + number), port: 8080, health: '/healthz', route: '/' + number, env: { NUMBER: String(number) }, ...changed });
}
new PromotionPolicy(platform, 'dev-to-staging', { from: dev, to: staging, gates: [Gate.healthy()] });
new PromotionPolicy(platform, 'staging-to-prod', { from: staging, to: prod, gates: [Gate.healthy()] });
new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [Check.run('validate', 'make test')] });
`;

const folder = mkdtempSync(join(tmpdir(), 'stagegate-bench-'));
const write = (name, text) => writeFileSync(join(folder, name), text);
const git = (...args) =>
  execFileSync('git', ['-c', 'user.name=bench', '-c', 'user.email=bench@example.com', '-c', 'commit.gpgsign=false', ...args], {
    cwd: folder,
  });

/** Milliseconds of the whole life of a command. */
function once(args) {
  const began = performance.now();
  const run = spawnSync(process.execPath, [cli, ...args], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, NO_COLOR: '1' },
  });
  const whole = performance.now() - began;
  if (run.status !== 0) throw new Error(`stagegate ${args.join(' ')} ended with ${run.status}\n${run.stderr || run.stdout}`);
  return { milliseconds: whole, out: run.stdout };
}

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

try {
  const image = (number) => `service-${number}: ghcr.io/acme/shop/service-${number}@sha256:${'a'.repeat(64)}\n`;
  write('images.yaml', Array.from({ length: services }, (_, number) => image(number)).join(''));
  write('values.yaml', 'app/delivery: 1\napp/intake: 2\n');
  write('.gitignore', 'out\n');
  write('platform.ts', program(3));
  git('init', '--quiet', '--initial-branch=main');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'base');
  write('platform.ts', program(4));
  const times = { diff: [], render: [] };
  for (let run = 0; run < runs; run += 1) {
    const { milliseconds, out } = once(['diff', '--json']);
    const changed = JSON.parse(out).environments.length;
    if (changed !== 3) throw new Error(`the difference is in ${changed} environments`);
    times.diff.push(milliseconds);
    rmSync(join(folder, 'out'), { recursive: true, force: true });
    times.render.push(once(['render', '--out', 'out']).milliseconds);
  }
  const [diff, render] = [median(times.diff), median(times.render)];
  const ratio = diff / render;
  if (options.json) {
    console.log(
      JSON.stringify(
        { version: 1, node: process.version, processors: cpus().length, runs, services, diff, render, ratio, aim: AIM },
        null,
        2,
      ),
    );
  } else {
    console.log(`node ${process.version}, ${cpus().length} processors, median of ${runs}, taken in turns\n`);
    console.log(
      `stagegate diff, 1 of ${services} services in 3 environments  ${diff.toFixed(0)} ms  ${ratio.toFixed(2)} x stagegate render (${render.toFixed(0)} ms)` +
        `  aim ${AIM} x: ${ratio <= AIM ? 'met' : 'missed'}`,
    );
  }
  if (ratio > AIM) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
