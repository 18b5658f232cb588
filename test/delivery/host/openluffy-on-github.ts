import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { platform } from '../../../examples/01-openluffy/platform';
import { renderer } from '../../../lib/cli/delivery-session';
import { localRulesets } from '../../../lib/cli/local-rulesets';
import { compile } from '../../../lib/compile/compile';
import {
  bootstrap,
  createRelease,
  type DeliverReport,
  type Delivery,
  deliver,
  type Host,
  type Release,
  type SimulatedTarget,
  type Store,
  simulatedTarget,
} from '../../../lib/delivery';
import { gitHubHost, gitHubStore } from '../../../lib/delivery/github';
import type { People } from '../../../lib/delivery/local';
import { GitHubAuthentication, type GitHubClient, gitHubClient } from '../../../lib/github';
import { resolve } from '../../../lib/model/resolve';
import { type GitHub, startGitHub } from '../../github';
import { digest } from '../world';

const people: People = {
  repository: 'lebrick07/openluffy',
  people: { ada: { role: 'admin', owner: true }, dora: { role: 'write' }, mia: { role: 'maintain' }, olaf: { role: 'read' } },
  teams: { engineers: { id: 1, members: ['mia'] } },
  apps: { stagegate: { id: 1_147_001 }, 'stagegate-intake': { id: 1_147_002 }, 'github-actions': { id: 15_368 } },
};

/** OpenLuffy's repository on a GitHub, bootstrapped and under its compiled rulesets, with a stand-in cluster. */
export interface OpenLuffyOnGitHub {
  readonly github: GitHub;
  /** As the delivery app. */
  readonly delivery: Delivery;
  readonly target: SimulatedTarget;
  as(login: string): Promise<{ readonly host: Host; readonly store: Store }>;
  client(login: string): GitHubClient;
  /** Moves the clock of everything. */
  pass(seconds: number): void;
  head(branch: string): Promise<string>;
  /** Merges a change into develop by a pull request of dora's, and makes the release of what was built from it. */
  change(name: string): Promise<Release>;
  /** Merges the pull request that is given, as dora, once GitHub Actions reported `validate`. */
  mergeChecked(number: number): Promise<string>;
  /** Passes of delivery, as far as health and time alone bring what is there. */
  settle(): Promise<DeliverReport>;
  /** The release on the head of an environment's branch. */
  runs(environment: string): Promise<string | undefined>;
  /** All of it in another folder and at another GitHub, which go on from here by themselves. */
  copy(): Promise<OpenLuffyOnGitHub>;
  close(): Promise<void>;
}

/** Seconds of all waits are this long, in milliseconds. */
const SECOND = 5;

/** Where a copy begins. */
interface Original {
  readonly folder: string;
  readonly hostFolder: string;
  readonly ahead: number;
}

export async function openLuffyOnGitHub(original?: Original): Promise<OpenLuffyOnGitHub> {
  const model = resolve(platform);
  const state = compile(model);
  const desired = state.delivery;
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-openluffy-'));
  let ahead = original?.ahead ?? 0;
  const clock = (): number => Date.now() + ahead;
  const github = await startGitHub({ people, plan: 'team', clock, appPermissions: { stagegate: { members: 'read', checks: 'read' } } });
  const { repository } = desired;
  const [owner = '', repo = ''] = repository.split('/');
  const hostFolder = await github.world.repository(owner, repo).hostFolder;
  if (original !== undefined) {
    await cp(original.folder, folder, { recursive: true });
    await rm(hostFolder, { recursive: true });
    await cp(original.hostFolder, hostFolder, { recursive: true });
  }

  const client = (login: string): GitHubClient =>
    gitHubClient({
      authentication: GitHubAuthentication.token(github.token(login)),
      baseUrl: `${github.url}api/v3`,
      paced: false,
      second: SECOND,
    });
  const open = async (login: string): Promise<{ readonly host: Host; readonly store: Store }> => {
    const own = client(login);
    return {
      host: gitHubHost({ client: own, repository }),
      store: await gitHubStore({ client: own, repository, cache: join(folder, login), second: SECOND }),
    };
  };
  const opened = new Map<string, ReturnType<typeof open>>();
  const as = (login: string): ReturnType<typeof open> => {
    const known = opened.get(login) ?? open(login);
    opened.set(login, known);
    return known;
  };
  const [app, dora] = [await as('stagegate'), await as('dora')];
  const target = simulatedTarget({
    desired,
    store: app.store,
    now: () => app.host.now(),
    file: join(folder, 'cluster.json'),
    syncSeconds: 2,
    rolloutSeconds: 3,
  });
  const delivery: Delivery = { desired, ...app, target };

  const head = async (branch: string): Promise<string> => (await dora.store.tryRef(`refs/heads/${branch}`)) ?? '';
  const commit = async (files: Readonly<Record<string, string>>, parents: readonly string[], message: string): Promise<string> => {
    const [parent] = parents;
    const all = new Map([...(parent === undefined ? [] : await dora.store.files(parent, '')), ...Object.entries(files)]);
    return dora.store.writeCommit({ tree: await dora.store.writeTree(all), parents, author: 'dora', message, at: clock() });
  };
  const mergeChecked = async (number: number): Promise<string> => {
    const pull = await dora.host.pullRequest(number);
    const ci = await as('github-actions');
    await ci.host.setStatus(pull.headCommit, { context: 'validate', state: 'success', description: 'make test passed' });
    const outcome = await dora.host.merge(number, { method: 'merge', head: pull.headCommit, message: `Merge ${pull.head}` });
    if (outcome.kind !== 'merged') throw new Error(`pull request ${number} was not merged: ${outcome.reason}`);
    return outcome.commit;
  };

  const begin = async (): Promise<void> => {
    const first = await commit({ [desired.programFile]: 'export {};\n', [desired.lockFile]: '{}\n' }, [], 'Declare OpenLuffy');
    for (const branch of ['main', 'develop']) await dora.store.moveRef(`refs/heads/${branch}`, first, undefined);
    await bootstrap(delivery);
    const owning = client('ada');
    for (const ruleset of localRulesets({ model, desired: state }, people))
      await owning.request('POST /repos/{owner}/{repo}/rulesets', { owner, repo, ...ruleset } as never);
  };
  if (original === undefined) await begin();

  return {
    github,
    delivery,
    target,
    as,
    client,
    head,
    mergeChecked,
    pass(seconds) {
      ahead += seconds * 1000;
    },
    async change(name) {
      const made = await commit({ [`${name}.txt`]: `${name}\n` }, [await head('develop')], `Add ${name}`);
      await dora.store.moveRef(`refs/heads/${name}`, made, undefined);
      const pull = await dora.host.openPullRequest({ head: name, base: 'develop', title: `Add ${name}`, body: '' });
      const merged = await mergeChecked(pull.number);
      const images = ['backend', 'frontend'].map((service) => ({
        slot: service,
        image: `ghcr.io/lebrick07/openluffy/${service}@${digest(`${service} ${name}`)}`,
        source: { repository, ref: 'refs/heads/develop', commit: merged },
      }));
      const render = renderer(state, () => ({ 'app/delivery': 1_147_001, 'app/intake': 1_147_002 }));
      const request = { environment: 'dev', images, config: await head('main'), tool: '0.1.0', render };
      return (await createRelease(delivery, request)).release;
    },
    async settle() {
      await deliver(delivery);
      ahead += 3_000;
      await deliver(delivery);
      ahead += 4_000;
      await deliver(delivery);
      ahead += 31_000;
      return deliver(delivery);
    },
    async runs(environment) {
      const text = await app.store.tryFile(await head(`env/${environment}`), 'release.yaml');
      return /^id: (\w+)$/m.exec(text ?? '')?.[1];
    },
    copy: () => openLuffyOnGitHub({ folder, hostFolder, ahead }),
    async close() {
      await github.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
