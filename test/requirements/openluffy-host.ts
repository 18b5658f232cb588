import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommandLine } from '../../lib/cli/command-line';
import { renderer } from '../../lib/cli/delivery-session';
import { bind } from '../../lib/compile/bind';
import {
  approve,
  bootstrap,
  createLocalHost,
  createRelease,
  type Delivery,
  deliver,
  type EnvironmentStatus,
  type Host,
  openLocalHost,
  type PullRequest,
  type Release,
  type SimulatedTarget,
  type Store,
  simulatedTarget,
  status,
  verify,
  writeLocalRulesets,
} from '../../lib/delivery';
import { IDENTITY_VARIABLE } from '../../lib/delivery/git/git-process';
import type { People } from '../../lib/delivery/local';
import type { DesiredRuleset } from '../../lib/desired/desired-state';
import { disabledPart, whole } from './probe';
import { type Edit, edited, parsed, program, programText, rendered, VALUES } from './program';

export const OPENLUFFY = '01-openluffy';
export const REPOSITORY = 'lebrick07/openluffy';

/** dora and nils develop, mia and zoe are engineers, mia alone may release; olaf may look. */
export const CAST: People = {
  repository: REPOSITORY,
  people: { dora: { role: 'write' }, nils: { role: 'write' }, mia: { role: 'write' }, zoe: { role: 'write' }, olaf: { role: 'read' } },
  teams: { engineers: { id: 11, members: ['mia', 'zoe'] }, 'release-engineers': { id: 12, members: ['mia'] } },
  apps: { stagegate: { id: VALUES['app/delivery'] }, 'stagegate-intake': { id: VALUES['app/intake'] }, 'github-actions': { id: 15368 } },
};

const SYNC_SECONDS = 2;
const ROLLOUT_SECONDS = 3;
/** How long the stand-in cluster takes. */
export const TIMES = { syncSeconds: SYNC_SECONDS, rolloutSeconds: ROLLOUT_SECONDS } as const;

/** A digest made of one pair of digits, as the descriptions of systems write it: `aa` is `sha256:aa…aa`. */
export function digest(pair: string): string {
  return `sha256:${pair.repeat(32)}`;
}

/** What a command printed and how it ended. */
export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly notes: string;
}

/** OpenLuffy on a local host: real git, its rendered rulesets enforced, a stand-in cluster, and a clock that stands still until it is moved. */
export class OpenLuffy {
  readonly target: SimulatedTarget;

  private constructor(
    readonly folder: string,
    readonly delivery: Delivery,
    readonly edits: readonly Edit[],
    private readonly clock: { now: number },
  ) {
    this.target = delivery.target as SimulatedTarget;
  }

  /** Opens the host in a folder, with what OpenLuffy compiles to after edits, less what is taken away just now. */
  static async open(folder: string, edits: readonly Edit[], clock: { now: number }): Promise<OpenLuffy> {
    const files = rendered(OPENLUFFY, edits);
    const rulesets = parsed(files, `github/${REPOSITORY}/rulesets/`).map(({ value }) => value.value as DesiredRuleset);
    await writeLocalRulesets(folder, rulesets);
    const desired = bind(program(OPENLUFFY, edits).desired.delivery, VALUES);
    const { store, host } = await openLocalHost(folder, { as: desired.apps.delivery.slug, clock: () => clock.now });
    const file = join(folder, 'cluster.json');
    const target = simulatedTarget({ desired, store, now: async () => clock.now, file, ...TIMES });
    return new OpenLuffy(folder, { desired, store, host, target }, edits, clock);
  }

  get store(): Store {
    return this.delivery.store;
  }

  get now(): number {
    return this.clock.now;
  }

  /** Moves the clock to a time of the day on which all this happens, `12:00:30`. */
  at(time: string): void {
    const next = Date.parse(`2026-03-02T${time}Z`);
    if (next < this.clock.now) throw new Error(`${time} is over`);
    this.clock.now = next;
  }

  /** Moves the clock by seconds. */
  pass(seconds: number): void {
    this.clock.now += seconds * 1000;
  }

  /** One pass of delivery. */
  deliver(): ReturnType<typeof deliver> {
    return deliver(this.delivery, { policyOf: async () => ({ kind: 'declared', digest: 'unchanged' }) });
  }

  /** Until what is merged next is healthy: five seconds. */
  async settle(): Promise<void> {
    await this.deliver();
    this.pass(SYNC_SECONDS + ROLLOUT_SECONDS);
    await this.deliver();
  }

  async as(login: string): Promise<{ readonly store: Store; readonly host: Host }> {
    return openLocalHost(this.folder, { as: login, clock: () => this.clock.now });
  }

  async head(branch: string): Promise<string> {
    const commit = await this.store.tryRef(`refs/heads/${branch}`);
    if (commit === undefined) throw new Error(`there is no branch ${branch}`);
    return commit;
  }

  /** Commits files on top of a branch, as somebody, and puts a branch there that no ruleset covers. */
  async commit(from: string, branch: string, change: Readonly<Record<string, string>>, message: string, author = 'dora'): Promise<string> {
    const { store } = await this.as(author);
    const parent = await this.head(from);
    const files = new Map([...(await store.files(parent, '')), ...Object.entries(change)]);
    const commit = await store.writeCommit({ tree: await store.writeTree(files), parents: [parent], author, message, at: this.now });
    const moved = await store.moveRef(`refs/heads/${branch}`, commit, await store.tryRef(`refs/heads/${branch}`), true);
    if (moved.kind !== 'done') throw new Error(`${branch} was not moved: ${JSON.stringify(moved)}`);
    return commit;
  }

  /** Opens a pull request, as somebody. */
  async open(head: string, base: string, author = 'dora'): Promise<PullRequest> {
    return (await this.as(author)).host.openPullRequest({ head, base, title: `${head} into ${base}`, body: '' });
  }

  /** What CI says of a commit. */
  async validated(commit: string): Promise<void> {
    await (await this.as('github-actions')).host.setStatus(commit, { context: 'validate', state: 'success', description: 'make test' });
  }

  /** Merges a pull request, as somebody. */
  async mergeAs(login: string, pull: PullRequest): ReturnType<Host['merge']> {
    return (await this.as(login)).host.merge(pull.number, { method: 'merge', head: pull.headCommit, message: `Merge ${pull.head}\n` });
  }

  /** A change that goes to develop the way the rulesets want it; gives the merge commit. */
  async toDevelop(change: string, author = 'dora', message = change): Promise<string> {
    const branch = `topic/${change.replaceAll(/\W+/g, '-')}`;
    await this.commit('develop', branch, { 'app.txt': change }, message, author);
    const pull = await this.open(branch, 'develop', author);
    await this.validated(pull.headCommit);
    return merged(await this.mergeAs(author, pull));
  }

  /** develop goes to main by a reviewed pull request; gives the merge commit. */
  async toMain(): Promise<string> {
    const pull = await this.open('develop', 'main');
    await this.validated(pull.headCommit);
    await (await this.as('mia')).host.review(pull.number, { state: 'approved', commit: pull.headCommit });
    await this.deliver();
    return merged(await this.mergeAs('dora', pull));
  }

  /** What "Release - Dev" hands over for a commit of develop: a release of the images with these digests. */
  async build(commit: string, pair: string): Promise<Release> {
    const source = { repository: REPOSITORY, ref: 'refs/heads/develop', commit };
    const images = ['backend', 'frontend'].map((service) => ({
      slot: `image/${service}`,
      image: `ghcr.io/lebrick07/openluffy/${service}@${digest(pair)}`,
      source,
    }));
    const render = renderer(program(OPENLUFFY, this.edits).desired, () => ({}));
    const config = await this.head('main');
    return (await createRelease(this.delivery, { environment: 'dev', images, config, tool: '0.1.0', render })).release;
  }

  /** A change, merged to develop and built. */
  async release(pair: string, author?: string): Promise<Release> {
    return this.build(await this.toDevelop(`change ${pair}`, author), pair);
  }

  /** The pairs of digits of the images that the manifests on an environment's branch name. */
  async digestsOn(environment: string): Promise<readonly string[]> {
    const files = await this.store.files(await this.head(`env/${environment}`), 'manifests');
    const images = parsed(files, '').flatMap(({ value }) =>
      value.list('spec', 'template', 'spec', 'containers').map((one) => String(one.at('image'))),
    );
    return [...new Set(images.map((image) => /@sha256:((..)\2{31})$/.exec(image)?.[2] ?? image))];
  }

  /** Where an environment stands. */
  async status(environment: string): Promise<EnvironmentStatus> {
    const [found] = (await status(this.delivery, environment)).environments;
    if (found === undefined) throw new Error(`there is no environment ${environment}`);
    return found;
  }

  /** Brings a release that is healthy in preprod as far as a merge to env/prod: verified, merged to main, approved by an engineer. */
  async toProd(): Promise<void> {
    await this.verify();
    await this.toMain();
    await this.deliver();
    await this.approveProd('mia');
    await this.deliver();
  }

  /** The suite passes against preprod. */
  async verify(): Promise<void> {
    await verify(this.delivery, 'preprod', { run: async () => ({ code: 0, output: 'ok' }), by: { kind: 'app', login: 'stagegate' } });
  }

  async approveProd(login: string): Promise<void> {
    await approve(this.delivery, (await this.as(login)).host, 'prod');
  }

  /** Runs a command as somebody. `answers` are what a person types when asked. */
  async run(login: string, argv: readonly string[], answers: readonly string[] = []): Promise<CommandRun> {
    const out: string[] = [];
    const notes: string[] = [];
    const left = [...answers];
    const code = await runCommandLine([...argv, '--host', this.folder, '--as', login], {
      out: (text) => void out.push(text),
      note: (text) => void notes.push(text),
      colour: false,
      folder: this.folder,
      environment: {},
      now: () => this.clock.now,
      wait: async (milliseconds) => this.pass(milliseconds / 1000),
      ask: async (question) => {
        notes.push(question);
        return left.shift();
      },
    });
    return { code, out: out.join('\n'), notes: notes.join('\n') };
  }

  /** What git itself says when somebody pushes a commit to a branch. */
  push(login: string, commit: string, branch: string): string {
    const repository = join(this.folder, 'repository.git');
    try {
      execFileSync('git', ['-C', repository, 'push', '--quiet', repository, `${commit}:refs/heads/${branch}`], {
        env: { ...process.env, [IDENTITY_VARIABLE]: login },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      return '';
    } catch (error) {
      return String((error as { stderr?: Buffer }).stderr);
    }
  }

  /** Another host that has come as far as this one. */
  async copy(): Promise<OpenLuffy> {
    const folder = await mkdtemp(join(tmpdir(), 'openluffy-'));
    await cp(this.folder, folder, { recursive: true });
    const world = await OpenLuffy.open(folder, this.edits, { now: this.clock.now });
    opened.push(world);
    return world;
  }

  close(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}

function merged(outcome: Awaited<ReturnType<Host['merge']>>): string {
  if (outcome.kind !== 'merged') throw new Error(`not merged: ${outcome.reason}`);
  return outcome.commit;
}

/** What a host has seen when it is opened: nothing but the program, or release aa in dev and preprod, healthy there. */
export type Beginning = 'empty' | 'aa';

const templates = new Map<string, Promise<OpenLuffy>>();
const opened: OpenLuffy[] = [];

afterAll(async () => {
  for (const world of opened) await world.close();
  for (const template of templates.values()) await (await template).close();
  templates.clear();
});

/** A host of its own, at 11:59:00 or a little later. What it begins with is made once, with nothing taken away. */
export async function openLuffy(beginning: Beginning = 'aa', edits: readonly Edit[] = []): Promise<OpenLuffy> {
  const key = JSON.stringify([beginning, edits]);
  const template = templates.get(key) ?? whole(() => begun(beginning, edits));
  templates.set(key, template);
  return (await template).copy();
}

async function begun(beginning: Beginning, edits: readonly Edit[]): Promise<OpenLuffy> {
  const folder = await mkdtemp(join(tmpdir(), 'openluffy-template-'));
  const clock = { now: Date.parse('2026-03-02T11:50:00Z') };
  await createLocalHost(folder, { people: CAST, rulesets: [] });
  await writeFile(join(folder, 'target.yaml'), `kind: simulated\nsyncSeconds: ${SYNC_SECONDS}\nrolloutSeconds: ${ROLLOUT_SECONDS}\n`);
  const { store } = await openLocalHost(folder, { as: 'stagegate', clock: () => clock.now });
  const committed = `repositories/${REPOSITORY}/`;
  const files = new Map([
    ['platform.ts', edited(programText(OPENLUFFY), edits)],
    ['package-lock.json', '{}\n'],
    ['app.txt', 'first\n'],
    ...[...rendered(OPENLUFFY, edits)]
      .filter(([path]) => path.startsWith(committed))
      .map(([path, text]) => [path.slice(committed.length), text] as const),
  ]);
  const tree = await store.writeTree(files);
  const commit = await store.writeCommit({ tree, parents: [], author: 'zoe', message: 'Declare the platform\n', at: clock.now });
  for (const branch of ['main', 'develop']) await store.moveRef(`refs/heads/${branch}`, commit, undefined);
  // The branches are made before the rulesets close them.
  const before = await OpenLuffy.open(folder, edits, clock);
  await writeLocalRulesets(folder, []);
  await bootstrap(before.delivery);
  const world = await OpenLuffy.open(folder, edits, clock);
  if (beginning === 'aa') {
    await world.release('aa');
    await world.settle();
    world.pass(30);
    await world.settle();
  }
  return world;
}

/** Something that takes long and that several tests look at, made once for each part that is taken away. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return () => {
    const key = disabledPart() ?? '';
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  };
}
