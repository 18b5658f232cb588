import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCommandLine } from '../../lib/cli/command-line';
import type { Io } from '../../lib/cli/io';

/** What a call of the command line came to. */
export interface Called {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface CallOptions {
  readonly folder?: string;
  /** Answers to what is asked, in order; when they are used up, nobody answers. */
  readonly answers?: readonly string[];
  readonly colour?: boolean;
  readonly wait?: Io['wait'];
  /** @default no variables */
  readonly environment?: Io['environment'];
}

/** Calls the command line in this process. */
export async function call(
  argv: readonly string[],
  { folder = process.cwd(), answers = [], colour = false, wait, environment = {} }: CallOptions = {},
): Promise<Called> {
  const out: string[] = [];
  const err: string[] = [];
  const left = [...answers];
  const code = await runCommandLine(argv, {
    out: (text) => void out.push(text),
    note: (text) => void err.push(text),
    colour,
    folder,
    environment,
    gitHub: { paced: false, second: 1 },
    now: Date.now,
    wait: wait ?? ((milliseconds) => new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 200)))),
    ask: async (question) => {
      err.push(question);
      return left.shift();
    },
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

/** A new temporary folder with these files, removed by {@link removeFolders}. */
export function folderWith(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'stagegate-cli-'));
  made.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const made: string[] = [];

export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** A program with one development environment and one service, and nothing that a rule refuses; `more` is put at its end. */
export function smallProgram(more = ''): string {
  return `import { BranchProtection, Build, Check, Cluster, Environment, Gate, Platform, PromotionPolicy, Repository, ServiceStack, Sync, Suite, Target, Tier } from 'stagegate';

export const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true, plan: 'team' });
const cluster = Cluster.argoCd('main', { url: 'https://argocd.example.com' });
const dev = new Environment(platform, 'dev', { tier: Tier.development, target: Target.kubernetes(cluster), source: repository.branch('develop') });
new ServiceStack(platform, 'web', { build: Build.dockerfile('web'), port: 8080, health: '/', route: '/' });
new BranchProtection(repository, 'develop', { ref: repository.branch('develop'), checks: [Check.run('validate', 'make test')] });
${more}
`;
}
