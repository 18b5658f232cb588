import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderer } from '../cli/delivery-session';
import { localRulesets } from '../cli/local-rulesets';
import { loadProgram } from '../cli/program-file';
import { packageVersion } from '../cli/version';
import { compile } from '../compile/compile';
import {
  type CommandRunner,
  createLocalHost,
  type Delivery,
  type Host,
  localCommand,
  openLocalHost,
  type ReleaseRequest,
  type SimulatedTarget,
  type Store,
  simulatedTarget,
  writeLocalRulesets,
} from '../delivery';
import { hostFolder } from '../delivery/local/host-folder';
import type { People } from '../delivery/local/people';
import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { resolve } from '../model/resolve';

/** Time at which the clock of the host starts: a Monday morning. */
const START = Date.parse('2026-03-02T09:00:00Z');

/** Somebody on the host. */
export interface Identity {
  readonly store: Store;
  readonly host: Host;
}

/** A platform on a local host of its own, with a clock that jumps and a cluster that a file plays. */
export interface Scene {
  readonly model: PlatformModel;
  readonly desired: DesiredState;
  readonly delivery: Delivery;
  readonly target: SimulatedTarget;
  readonly people: People;
  /** The bare repository. */
  readonly repository: string;
  /** Runs the suites of the program by a stand-in that looks whether the release is on the environment's branch. */
  readonly suites: CommandRunner;
  as(login: string): Promise<Identity>;
  advance(seconds: number): void;
  applyRulesets(): Promise<number>;
  /** A request for a release at the head of the program branch. */
  request(environment: string, images: ReleaseRequest['images']): Promise<ReleaseRequest>;
  remove(): Promise<void>;
}

/** Makes the scene in a new temporary folder. */
export async function openScene(programFile: string, note: (text: string) => void): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-start-'));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const { platform } = await loadProgram({ folder: folder, note }, programFile);
    const model = resolve(platform);
    const desired = compile(model);
    const { delivery: policy } = desired;
    const root = join(folder, 'host');
    let now = START;
    const clock = (): number => now;
    const people = peopleOf(model);
    await createLocalHost(root, { people, defaultBranch: policy.programBranch });
    const as = (login: string): Promise<Identity> => openLocalHost(root, { as: login, clock });
    const app = await as(policy.apps.delivery.slug);
    const target = simulatedTarget({
      desired: policy,
      store: app.store,
      now: () => app.host.now(),
      file: join(root, 'cluster.json'),
      syncSeconds: 10,
      rolloutSeconds: 20,
    });
    const { repository } = hostFolder(root);
    const delivery: Delivery = { desired: policy, store: app.store, host: app.host, target };
    await pushProgram(await as('zoe'), model, desired, await readFile(programFile, 'utf8'));
    return {
      model,
      desired,
      delivery,
      target,
      people,
      repository,
      suites: await suiteRunner(folder, repository),
      as,
      advance: (seconds) => {
        now += seconds * 1000;
      },
      applyRulesets: async () => {
        const rulesets = localRulesets({ model, desired }, people);
        await writeLocalRulesets(root, rulesets);
        return rulesets.length;
      },
      request: async (environment, images) => ({
        environment,
        images,
        config: (await app.store.tryRef(`refs/heads/${policy.programBranch}`)) ?? '',
        tool: packageVersion(),
        render: renderer(desired, () => ({})),
      }),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** zoe writes, mia is of every team that the program names. */
function peopleOf(model: PlatformModel): People {
  const groups = model.policies.flatMap(({ gates }) => gates.flatMap((gate) => (gate.kind === 'approvals' ? gate.including : [])));
  const teams = [...new Set(groups.flatMap((group) => ('team' in group ? [group.team] : [])))].sort();
  return {
    repository: model.program.repository,
    people: { mia: { role: 'maintain' }, zoe: { role: 'write' } },
    teams: Object.fromEntries(teams.map((slug, index) => [slug, { id: index + 1, members: ['mia'] }])),
    apps: Object.fromEntries(
      Object.values(model.apps).map(({ slug, id }, index) => [slug, { id: typeof id === 'number' ? id : index + 1 }]),
    ),
  };
}

async function pushProgram({ store, host }: Identity, model: PlatformModel, desired: DesiredState, program: string): Promise<void> {
  const files = new Map([
    [model.program.file, program],
    [model.program.lockFile, '{}\n'],
    ...desired.delivery.services.map(({ name }) => [`${name}/Dockerfile`, 'FROM scratch\n'] as const),
  ]);
  const commit = await store.writeCommit({
    tree: await store.writeTree(files),
    parents: [],
    author: 'zoe',
    message: 'Declare the platform\n',
    at: await host.now(),
  });
  const branches = new Set([
    desired.delivery.programBranch,
    ...desired.delivery.environments.flatMap(({ source }) => (source?.kind === 'branch' ? [source.pattern] : [])),
  ]);
  for (const branch of branches) await store.moveRef(`refs/heads/${branch}`, commit, undefined);
}

/** Runs the declared command of a suite with a `make` that asks git, so that no build tool has to be installed. */
async function suiteRunner(folder: string, repository: string): Promise<CommandRunner> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const make = join(bin, 'make');
  await writeFile(
    make,
    `#!/bin/sh\ngit --git-dir='${repository}' show "env/$STAGEGATE_ENVIRONMENT:release.yaml" | grep -q "^id: .*$STAGEGATE_RELEASE"\n`,
  );
  await chmod(make, 0o755);
  const run = localCommand(folder, 30);
  return (command, variables) => run(command, { ...variables, PATH: `${bin}:${process.env.PATH ?? ''}` });
}
