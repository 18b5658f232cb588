import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderer } from '../../lib/cli/delivery-session';
import { bind } from '../../lib/compile/bind';
import { bootstrap, createRelease, type Delivery, deliver, type Host, promote, type Store } from '../../lib/delivery';
import { GitRepository } from '../../lib/delivery/git/git-repository';
import { gitHubHost, gitHubStore } from '../../lib/delivery/github';
import type { DesiredRuleset, DesiredState } from '../../lib/desired/desired-state';
import { answered, GitHubAuthentication, type GitHubClient, gitHubClient } from '../../lib/github';
import { digest } from '../delivery/world';
import { type GitHub, startGitHub } from '../github';
import { cast, ids, slugOf } from './cast';
import { type Cluster, startCluster } from './cluster';

/** A run of the delivery app that waits before its merge. */
interface StoppedRun {
  readonly environment: string;
  readonly goOn: () => void;
  readonly ended: Promise<unknown>;
}

/** OpenLuffy on a GitHub with everything that a compiled state says of it, a stand-in cluster, and time that passes only when it is told to. */
export interface World {
  readonly desired: DesiredState;
  readonly github: GitHub;
  /** As the delivery app. */
  readonly delivery: Delivery;
  readonly cluster: Cluster;
  /** What lies on GitHub's disks. */
  readonly disk: GitRepository;
  /** Commits that landed, by their place: each id under which the commit is known on a source. */
  readonly landed: Map<string, number>;
  /** Releases by the place of their commit. */
  readonly releases: Map<number, string>;
  /** The open pull request of a trace of GitHub alone. */
  pull: number | undefined;
  /** Where the last push is to lead its ref; undefined when it deletes it. */
  aim: string | undefined;
  readonly stopped: StoppedRun[];
  /** Environments where the next run that would merge is to stop. */
  readonly armed: Set<string>;
  as(login: string): Promise<{ readonly host: Host; readonly store: Store }>;
  client(login: string): GitHubClient;
  pass(seconds: number): void;
  head(branch: string): Promise<string>;
  /** Makes a commit and gets it onto a branch, which begins at another one: pushed where that is allowed, else by a checked pull request. */
  commitOnto(branch: string, login: string, files: Readonly<Record<string, string>>, from?: string): Promise<string>;
  /** What the pipeline of a source does with a commit. */
  release(commit: number, source: string): Promise<void>;
  /** Runs of the delivery app, as long as one merges something. */
  settle(): Promise<void>;
  /** Place of the commit whose release is on an environment's branch, and of the one that runs; undefined for none. */
  outcome(): Promise<Readonly<Record<string, Place>>>;
  /** All of it at another GitHub, which go on from here by themselves; with other compiled data where some is given. */
  copy(desired?: DesiredState): Promise<World>;
  close(): Promise<void>;
}

export interface Place {
  readonly git: number | undefined;
  readonly runs: number | undefined;
}

const START = Date.UTC(2026, 0, 5, 9);
const at = { owner: 'lebrick07', repo: 'openluffy' } as const;

export function startWorld(desired: DesiredState): Promise<World> {
  return open(desired);
}

async function open(
  desired: DesiredState,
  original?: World & { readonly folder: string; readonly now: number; readonly commits: number },
): Promise<World> {
  const { delivery: policy } = desired;
  const { repository } = policy;
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-replay-'));
  let now = original?.now ?? START;
  const clock = (): number => now;
  const github = await startGitHub({
    people: cast,
    plan: 'team',
    clock,
    appPermissions: { stagegate: { members: 'read', checks: 'read' } },
  });
  const hostFolder = await github.world.repository(at.owner, at.repo).hostFolder;
  if (original !== undefined) {
    await rm(hostFolder, { recursive: true });
    await cp(await original.github.world.repository(at.owner, at.repo).hostFolder, hostFolder, { recursive: true });
    await cp(join(original.folder, 'copies'), join(folder, 'copies'), { recursive: true });
  }

  const client = (login: string): GitHubClient =>
    gitHubClient({
      authentication: GitHubAuthentication.token(github.token(login)),
      baseUrl: `${github.url}api/v3`,
      paced: false,
      second: 5,
    });
  const openAs = async (login: string): Promise<{ readonly host: Host; readonly store: Store }> => {
    const own = client(login);
    return {
      host: gitHubHost({ client: own, repository }),
      store: await gitHubStore({ client: own, repository, cache: join(folder, 'copies', login), second: 5 }),
    };
  };
  const opened = new Map<string, ReturnType<typeof openAs>>();
  const as = (login: string): ReturnType<typeof openAs> => {
    const known = opened.get(login) ?? openAs(login);
    opened.set(login, known);
    return known;
  };
  const app = await as('stagegate');
  const disk = new GitRepository(join(hostFolder, 'repository.git'));
  const cluster = startCluster(desired, disk, clock, original?.cluster.places());

  const armed = new Set<string>(original?.armed);
  const stopped: StoppedRun[] = [];
  let stops: ((environment: string, goOn: () => void) => void) | undefined;
  const host: Host = {
    ...app.host,
    async merge(number, how) {
      const { base } = await app.host.pullRequest(number);
      const environment = policy.environments.find(({ branch }) => branch === base)?.name ?? '';
      if (stops !== undefined && armed.delete(environment)) await new Promise<void>((goOn) => stops?.(environment, goOn));
      return app.host.merge(number, how);
    },
  };
  const delivery: Delivery = { desired: policy, store: app.store, host, target: cluster };

  /** One run; it may stop before a merge. */
  const run = async (): Promise<'merged' | 'nothing' | string> => {
    let merged = false;
    const stop = new Promise<string>((resolve) => {
      stops = (environment, goOn) => {
        stopped.push({ environment, goOn, ended });
        resolve(environment);
      };
    });
    const ended = deliver(delivery).then((report) => {
      for (const { error, promotion } of report.environments) {
        if (error) throw error;
        merged ||= promotion?.state === 'merged';
      }
      return merged ? 'merged' : 'nothing';
    });
    ended.catch(() => undefined);
    const outcome = await Promise.race([ended, stop]);
    stops = undefined;
    return outcome;
  };

  let commits = original?.commits ?? 0;
  const commitAs = async (login: string, parents: readonly string[], files: Readonly<Record<string, string>>): Promise<string> => {
    const [parent] = parents;
    const all = new Map([...(parent === undefined ? [] : await disk.files(parent, '')), ...Object.entries(files)]);
    commits++;
    const message = `Change ${commits}: ${Object.keys(files).join(', ')}\n`;
    return disk.writeCommit({ tree: await disk.writeTree(all), parents, author: login, message, at: now });
  };
  const head = async (branch: string): Promise<string> => (await disk.tryRef(`refs/heads/${branch}`)) ?? '';

  const world: World & { folder: string; now: number; commits: number } = {
    folder,
    get now() {
      return now;
    },
    get commits() {
      return commits;
    },
    desired,
    github,
    disk,
    delivery,
    cluster,
    landed: new Map(original?.landed),
    releases: new Map(original?.releases),
    pull: undefined,
    aim: undefined,
    stopped,
    armed,
    as,
    client,
    head,
    pass(seconds) {
      now += seconds * 1000;
    },
    async commitOnto(branch, login, files, from = 'develop') {
      const there = await head(branch);
      const made = await commitAs(login, [there || (await head(from))], files);
      if (there === '') {
        await moved(world, login, `refs/heads/${branch}`, made);
        return made;
      }
      const direct = await moved(world, login, `refs/heads/${branch}`, made).then(
        () => true,
        (error: unknown) => {
          if (answered(error, 422)) return false;
          throw error;
        },
      );
      if (direct) return made;
      const topic = `topic-${made.slice(0, 8)}`;
      await moved(world, login, `refs/heads/${topic}`, made);
      const { host: own } = await as(login);
      const pull = await own.openPullRequest({ head: topic, base: branch, title: `Change ${branch}`, body: '' });
      await reportRequired(world, `refs/heads/${branch}`, made, login);
      const merged = await own.merge(pull.number, { method: 'merge', head: made, message: `Merge ${topic}` });
      if (merged.kind !== 'merged') throw new Error(`${login} gets nothing onto ${branch}: ${merged.reason}`);
      return merged.commit;
    },
    async release(commit, source) {
      const sourceCommit = [...world.landed].findLast(([, place]) => place === commit)?.[0] ?? '';
      const images = ['backend', 'frontend'].map((service) => ({
        slot: service,
        image: `ghcr.io/lebrick07/openluffy/${service}@${digest(`${service} ${commit}`)}`,
        source: { repository, ref: `refs/heads/${source}`, commit: sourceCommit },
      }));
      const environment = policy.environments.find((one) => one.source?.pattern === source)?.name;
      if (environment === undefined) return;
      const render = renderer(desired, () => ids);
      const made = await createRelease(delivery, { environment, images, config: await head('main'), tool: '0.1.0', render });
      world.releases.set(commit, made.release.id);
    },
    async settle() {
      for (;;) {
        const outcome = await run();
        if (outcome === 'nothing') return;
        if (outcome === 'merged') continue;
        // The others are served by the next runs, which leave the stopped one alone.
        for (const { name } of policy.environments) if (name !== outcome) await promote(delivery, name);
        return;
      }
    },
    async outcome() {
      const places = policy.environments.map(async ({ name, branch }): Promise<readonly [string, Place]> => {
        const runs = await cluster.runs(name);
        return [name, { git: await placeOf(world, await head(branch)), runs: runs === undefined ? undefined : await placeOf(world, runs) }];
      });
      return Object.fromEntries(await Promise.all(places));
    },
    copy: (other = desired) => open(other, world),
    async close() {
      for (const { goOn } of stopped) goOn();
      await Promise.allSettled(stopped.map(({ ended }) => ended));
      await github.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };

  if (original === undefined) {
    const owners = desired.repositories.flatMap(({ files }) => files).map(({ path, content }) => [path, content] as const);
    const first = await commitAs('dora', [], {
      'README.md': 'OpenLuffy\n',
      [policy.programFile]: 'export {};\n',
      [policy.lockFile]: '{}\n',
      ...Object.fromEntries(owners),
    });
    for (const branch of ['main', 'develop']) await moved(world, 'dora', `refs/heads/${branch}`, first);
    await bootstrap(delivery);
  }
  await install(world, rulesetsOf(desired));
  return world;
}

/** Makes a ref, or moves it forward, as somebody. */
export async function moved(world: World, login: string, ref: string, commit: string): Promise<void> {
  const client = world.client(login);
  if ((await world.disk.tryRef(ref)) === undefined)
    await client.request('POST /repos/{owner}/{repo}/git/refs', { ...at, ref, sha: commit });
  else await client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', { ...at, ref: ref.replace('refs/', ''), sha: commit });
}

/** The compiled rulesets of the delivery repository, with ids in the place of slots. */
export function rulesetsOf(desired: DesiredState): readonly DesiredRuleset[] {
  return bind(desired.repositories.find(({ name }) => name === desired.delivery.repository)?.rulesets ?? [], ids);
}

const installed = new WeakMap<GitHub, Map<string, number>>();

/** Puts rulesets in the place of those that are there; what is there already stays. */
export async function install({ github, client }: World, rulesets: readonly DesiredRuleset[]): Promise<void> {
  const owner = client('olga');
  const there = installed.get(github) ?? new Map<string, number>();
  installed.set(github, there);
  const wanted = new Map(rulesets.map((ruleset) => [JSON.stringify(ruleset), ruleset]));
  for (const [text, id] of [...there]) {
    if (wanted.has(text)) continue;
    await owner.request('DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...at, ruleset_id: id });
    there.delete(text);
  }
  for (const [text, ruleset] of wanted) {
    if (there.has(text)) continue;
    const { data } = await owner.request('POST /repos/{owner}/{repo}/rulesets', { ...at, ...ruleset } as never);
    there.set(text, (data as { readonly id: number }).id);
  }
}

/** Successes of every check that rulesets may ask of a commit there, each by its app, or by whoever acts where none is named. */
export async function reportRequired(world: World, ref: string, commit: string, login: string): Promise<void> {
  const rules = rulesetsOf(world.desired).filter(({ conditions }) =>
    conditions.ref_name.include.some((pattern) => ref === pattern || ref.startsWith(pattern.replace(/\*\*\/\*$/, '') || '-')),
  );
  for (const { rules: all } of rules) {
    for (const rule of all) {
      if (rule.type !== 'required_status_checks') continue;
      for (const { context, integration_id: app } of rule.parameters.required_status_checks) {
        const { host } = await world.as(app === undefined ? login : slugOf(app));
        await host.setStatus(commit, { context, state: 'success', description: 'passed' });
      }
    }
  }
}

/** The place of the commit that a commit holds: as a source, or as the release made from it. */
async function placeOf(world: World, revision: string): Promise<number | undefined> {
  const source = world.landed.get(revision);
  if (source !== undefined) return source;
  const text = await world.disk.tryFile(revision, 'release.yaml');
  const id = /^id: "?(\w+)"?$/m.exec(text ?? '')?.[1];
  return [...world.releases].find(([, release]) => release === id)?.[0];
}
