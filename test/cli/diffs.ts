import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { releaseFile, releaseId } from '../../lib/delivery/release';
import type { Difference } from '../../lib/diff/difference';
import { type Called, call, folderWith, removeFolders, smallProgram } from './calling';
import { commitAll, git } from './clones';

const { PATH } = process.env;
/** Where packages of bases are kept: each test has a folder of its own. */
let cache = '';

beforeEach(() => {
  cache = folderWith();
});

afterEach(() => {
  removeFolders();
  process.env.PATH = PATH;
});

export const program = smallProgram(
  "const prod = new Environment(platform, 'prod', { tier: Tier.production, target: Target.kubernetes(cluster) });\nnew PromotionPolicy(platform, 'dev-to-prod', { from: dev, to: prod, gates: [Gate.healthy()] });",
);
export const withMore = (text: string): string => program.replace("route: '/' }", `route: '/', ${text} }`);
export const images = (letter: string): string => `web: ghcr.io/acme/shop/web@sha256:${letter.repeat(64)}\n`;
export const values = 'app/delivery: 1\napp/intake: 2\n';

export const diff = (folder: string, ...args: readonly string[]): Promise<Called> =>
  call(['diff', ...args], { folder, environment: { XDG_CACHE_HOME: cache } });

export async function difference(folder: string, ...args: readonly string[]): Promise<Difference> {
  const { out, err, code } = await diff(folder, '--json', ...args);
  if (code > 1) throw new Error(err);
  return JSON.parse(out) as Difference;
}

export const told = ({ environments }: Difference): string[] =>
  environments.flatMap(({ name, changes }) => changes.map((change) => `${name} ${change.action} ${change.kind} ${change.name}`));

/** Puts what is rendered on the branch of an environment, as a release does. */
export async function release(folder: string, environment: string): Promise<string> {
  await call(['render', '--out', 'out'], { folder });
  const source = { repository: 'acme/shop', ref: 'refs/heads/develop', commit: 'a'.repeat(40) };
  const web = { 'image/web': { repository: 'ghcr.io/acme/shop/web', digest: `sha256:${'a'.repeat(64)}`, source } };
  const content = { environment: 'dev', images: { web }, tool: '0.1.0', desired: 'd'.repeat(64), trees: {}, bootstrap: {} };
  const record = { id: releaseId(content), ...content, config: 'c'.repeat(40), createdAt: '2026-11-21T00:00:00.000Z' };
  git(folder, 'switch', '--quiet', '--orphan', `env/${environment}`);
  execFileSync('cp', ['-r', join(folder, 'out', environment, 'manifests'), join(folder, 'manifests')]);
  writeFileSync(join(folder, 'release.yaml'), releaseFile.write(record));
  rmSync(join(folder, 'out'), { recursive: true });
  const commit = commitAll(folder);
  git(folder, 'switch', '--quiet', 'main');
  return commit;
}

/** Puts a shell script into a folder and has it be found there before all others, until the test ends. */
export function shadow(program: string, folder: string, script: string): void {
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  process.env.PATH = `${folder}${delimiter}${PATH}`;
}
