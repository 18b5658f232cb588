import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  bootstrap,
  createLocalHost,
  createRelease,
  type Delivery,
  deliver,
  type Host,
  imagesOf,
  openLocalHost,
  type Release,
  type Render,
  type SimulatedTarget,
  type Store,
  writeLocalRulesets,
} from '../../lib/delivery';
import type { DesiredDelivery } from '../../lib/desired/desired-state';
import { deliveryIn } from './delivery-in';
import { cast, desired as fixture, REPOSITORY, rulesets } from './fixture';

export const START = Date.UTC(2026, 0, 5, 12, 0, 0);

/** A local host in a temporary folder under a clock of its own, a stand-in cluster, and short ways to act there. */
export interface World {
  readonly folder: string;
  readonly delivery: Delivery;
  readonly store: Store;
  readonly host: Host;
  readonly target: SimulatedTarget;
  /** Milliseconds since the epoch; the time that everything lives by. */
  now: number;
  /** Moves the clock. */
  pass(seconds: number): void;
  /** Commits to a source branch as somebody; returns the commit. */
  commit(branch: string, files: Readonly<Record<string, string>>, author?: string, message?: string): Promise<string>;
  /** Merges one branch into another with a merge commit that has the tree of the merged branch plus what only the other has. */
  merge(from: string, into: string): Promise<string>;
  head(branch: string): Promise<string>;
  /** Builds the images of a commit of develop, as a pipeline does, and makes the release. */
  release(commit: string, options?: { readonly settings?: string; readonly bootstrap?: string }): Promise<Release>;
  /** Commits to develop and makes the release. */
  push(name: string, author?: string): Promise<Release>;
  /** One delivery pass. */
  deliver(): ReturnType<typeof deliver>;
  /** Three passes and five seconds: what was merged by the first is healthy at the third. */
  settle(): Promise<void>;
  /** Waits out the soak and brings what has soaked into the next environment, healthy there. */
  soak(): Promise<void>;
  /** Moves a ref past every rule, as whoever owns the disk can. */
  force(branch: string, commit: string): void;
  as(login: string): Promise<Host>;
  /** The release on the head of an environment's branch. */
  runs(environment: string): Promise<string | undefined>;
  close(): Promise<void>;
}

/** The digest of an image by a word, always the same. */
export function digest(word: string): string {
  return `sha256:${createHash('sha256').update(word).digest('hex')}`;
}

export interface WorldOptions {
  readonly desired?: DesiredDelivery;
  /** @default true */
  readonly bootstrapped?: boolean;
  /** Whether the rulesets are in force. @default true */
  readonly rules?: boolean;
}

/** Renders one Deployment and one ConfigMap a service, and the bootstrap of each environment. */
export function renderer(desired: DesiredDelivery, settings = 'replicas: 1', bootstrapped = 'v1'): Render {
  return (images) =>
    new Map(
      desired.environments.map(({ name }) => {
        const manifests = new Map<string, string>();
        for (const image of imagesOf(images)) {
          const metadata = `metadata:\n  name: ${image.service}\n  namespace: shop-${name}\n`;
          manifests.set(
            `${image.service}/deployment.yaml`,
            `apiVersion: apps/v1\nkind: Deployment\n${metadata}spec:\n  ${settings}\n  template:\n    spec:\n      containers:\n        - name: ${image.service}\n          image: ${image.repository}@${image.digest}\n`,
          );
          manifests.set(`${image.service}/config.yaml`, `apiVersion: v1\nkind: ConfigMap\n${metadata}`);
        }
        return [
          name,
          {
            manifests,
            bootstrap: new Map([
              ['namespace.yaml', `kind: Namespace\nmetadata:\n  name: shop-${name}\n  labels: { of: ${bootstrapped} }\n`],
            ]),
          },
        ];
      }),
    );
}

const templates = new Map<string, Promise<string>>();

/** A host with a program, and bootstrapped; copied for each test, as making it takes longer than most tests. */
async function template(desired: DesiredDelivery, bootstrapped: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-template-'));
  await createLocalHost(folder, { people: cast, rulesets: [] });
  const world = await attach(folder, desired);
  await world.commit('main', { 'platform.ts': 'export {};\n', 'package-lock.json': '{}\n' }, 'dora', 'Begin');
  await world.store.moveRef('refs/heads/develop', await world.head('main'), undefined);
  if (bootstrapped) await bootstrap(world.delivery);
  await writeLocalRulesets(folder, rulesets);
  return folder;
}

export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const desired = options.desired ?? fixture;
  const bootstrapped = options.bootstrapped ?? true;
  const key = `${bootstrapped} ${desired.environments.map((one) => one.name).join()}`;
  const made = templates.get(key) ?? template(desired, bootstrapped);
  templates.set(key, made);
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-delivery-'));
  await cp(await made, folder, { recursive: true });
  if (options.rules === false) await writeLocalRulesets(folder, []);
  return attach(folder, desired);
}

afterAll(async () => {
  for (const folder of templates.values()) await rm(await folder, { recursive: true, force: true });
  templates.clear();
});

/** Opens the world in a folder that exists. */
export async function attach(folder: string, desired: DesiredDelivery, now = START): Promise<World> {
  const clock = (): number => world.now;
  const delivery = await deliveryIn(folder, clock, desired);
  const { store, host, target } = delivery;
  const world: World = {
    folder,
    store,
    host,
    target,
    now,
    delivery,
    pass(seconds) {
      world.now += seconds * 1000;
    },
    async commit(branch, files, author = 'dora', message = 'Change something') {
      const ref = `refs/heads/${branch}`;
      const head = await store.tryRef(ref);
      const all = new Map([...(head === undefined ? [] : await store.files(head, '')), ...Object.entries(files)]);
      const tree = await store.writeTree(all);
      const commit = await store.writeCommit({ tree, parents: head === undefined ? [] : [head], author, message, at: world.now });
      expect(await store.moveRef(ref, commit, head)).toEqual({ kind: 'done' });
      return commit;
    },
    async merge(from, into) {
      const [theirs, ours] = [await world.head(from), await world.head(into)];
      const files = new Map([...(await store.files(ours, '')), ...(await store.files(theirs, ''))]);
      const commit = await store.writeCommit({
        tree: await store.writeTree(files),
        parents: [ours, theirs],
        author: 'dora',
        message: `Merge ${from}`,
        at: world.now,
      });
      expect(await store.moveRef(`refs/heads/${into}`, commit, ours)).toEqual({ kind: 'done' });
      return commit;
    },
    async head(branch) {
      return (await store.tryRef(`refs/heads/${branch}`)) ?? '';
    },
    async release(commit, { settings, bootstrap: stack } = {}) {
      const source = { repository: REPOSITORY, ref: 'refs/heads/develop', commit };
      const images = ['backend', 'frontend'].map((service) => ({
        slot: service,
        image: `ghcr.io/acme/${service}@${digest(`${service} ${commit}`)}`,
        source,
      }));
      const outcome = await createRelease(world.delivery, {
        environment: 'dev',
        images,
        config: await world.head('main'),
        tool: '0.1.0',
        render: renderer(desired, settings, stack),
      });
      return outcome.release;
    },
    async push(name, author) {
      return world.release(await world.commit('develop', { 'app.txt': name }, author, name));
    },
    deliver: () => deliver(world.delivery),
    async settle() {
      await world.deliver();
      world.pass(2);
      await world.deliver();
      world.pass(3);
      await world.deliver();
    },
    async soak() {
      world.pass(30);
      await world.settle();
    },
    force(branch, commit) {
      execFileSync('git', [
        '-C',
        join(folder, 'repository.git'),
        'update-ref',
        branch.startsWith('refs/') ? branch : `refs/heads/${branch}`,
        commit,
      ]);
    },
    as: async (login) => (await openLocalHost(folder, { as: login, clock })).host,
    async runs(environment) {
      const head = await store.tryRef(`refs/heads/env/${environment}`);
      const text = head && (await store.tryFile(head, 'release.yaml'));
      return text ? /^id: (\w+)$/m.exec(text)?.[1] : undefined;
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return world;
}
