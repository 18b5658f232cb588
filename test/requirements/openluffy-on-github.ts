import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bind } from '../../lib/compile/bind';
import { type Delivery, deliver, type Host, type Store, simulatedTarget } from '../../lib/delivery';
import { tryGit } from '../../lib/delivery/git/git-process';
import { gitHubHost, gitHubStore } from '../../lib/delivery/github';
import type { People } from '../../lib/delivery/local';
import { GitHubAuthentication, gitHubClient } from '../../lib/github';
import { type GitHub, startGitHub } from '../github';
import { type Answer, calling } from '../github/calling';
import { registeringCalls } from '../github/registering';
import { CAST, OPENLUFFY, type OpenLuffy, REPOSITORY, TIMES } from './openluffy-host';
import { program, VALUES } from './program';

/** Everybody, and ada, who owns the organisation and installs what is compiled. */
const people: People = { ...CAST, people: { ...CAST.people, ada: { role: 'admin', owner: true } } };
const [OWNER = '', NAME = ''] = REPOSITORY.split('/');

/** Seconds of all waits are this long, in milliseconds. */
const SECOND = 5;

/** OpenLuffy's repository on a GitHub, with rulesets, environments and permissions of Actions as they are registered there. */
export interface OnGitHub {
  readonly github: GitHub;
  /** A developer's clone, which has what GitHub has from the beginning. */
  readonly clone: OpenLuffy;
  /** As the delivery app. */
  readonly delivery: Delivery;
  as(login: string): Promise<{ readonly host: Host; readonly store: Store }>;
  /** Asks the REST interface as somebody: `POST /pulls`, below the repository. */
  ask(login: string, call: string, body?: unknown): Promise<Answer>;
  /** What git says when somebody pushes a commit of the clone, or nothing to delete the ref, over HTTP; empty when it is done. */
  push(login: string, commit: string, ref: string): Promise<string>;
  /** The commit of a ref, as GitHub says it; undefined when there is none. */
  commitOf(ref: string): Promise<string | undefined>;
  /** Opens a pull request as dora. */
  open(head: string, base: string): Promise<{ readonly number: number; readonly head: string }>;
  /** Merges a pull request; gives why not, empty when it is merged. */
  merge(login: string, pull: { readonly number: number; readonly head: string }, method?: 'merge' | 'squash'): Promise<string>;
  /** A status of a commit, by a person or an app. */
  report(login: string, commit: string, context: string, state?: 'success' | 'failure'): Promise<void>;
  approve(login: string, pull: { readonly number: number; readonly head: string }): Promise<Answer>;
  /** One pass of delivery. */
  deliver(): ReturnType<typeof deliver>;
}

const opened: GitHub[] = [];
afterEach(() => expect(opened.flatMap(({ problems }) => problems)).toEqual([]));
afterAll(async () => {
  for (const github of opened) await github.close();
});

/** Brings a host as it is to a GitHub, and installs there what OpenLuffy compiles to, less what is taken away just now. */
export async function onGitHub(world: OpenLuffy): Promise<OnGitHub> {
  const clone = await world.copy();
  const clock = (): number => clone.now;
  const github = await startGitHub({ people, plan: 'team', clock, appPermissions: { stagegate: { members: 'read', checks: 'read' } } });
  opened.push(github);
  const repository = github.world.repository(OWNER, NAME);
  const folder = await repository.hostFolder;
  for (const part of ['repository.git', 'host']) {
    await rm(join(folder, part), { recursive: true });
    await cp(join(clone.folder, part), join(folder, part), { recursive: true });
  }
  const ask = (login: string, call: string, body?: unknown): Promise<Answer> =>
    calling(() => github, login)(
      call.replace(/^\S+ /, (method) => `${method}/repos/${REPOSITORY}`),
      body,
    );

  const { desired } = program(OPENLUFFY, clone.edits);
  const settings = desired.repositories.find(({ name }) => name === REPOSITORY);
  if (settings === undefined) throw new Error(`nothing is compiled for ${REPOSITORY}`);
  for (const [call, body] of registeringCalls(bind(settings, VALUES), repository.sealingKey)) {
    const { status, body: said } = await calling(() => github)(call, body);
    if (status >= 300) throw new Error(`${call} was answered with ${status}: ${JSON.stringify(said)}`);
  }

  const known = new Map<string, ReturnType<OnGitHub['as']>>();
  const openAs = async (login: string): ReturnType<OnGitHub['as']> => {
    const authentication = GitHubAuthentication.token(github.token(login));
    const client = gitHubClient({ authentication, baseUrl: `${github.url}api/v3`, paced: false, second: SECOND });
    const cache = join(clone.folder, 'caches', login);
    return {
      host: gitHubHost({ client, repository: REPOSITORY }),
      store: await gitHubStore({ client, repository: REPOSITORY, cache, second: SECOND }),
    };
  };
  const as: OnGitHub['as'] = (login) => {
    const found = known.get(login) ?? openAs(login);
    known.set(login, found);
    return found;
  };

  const app = await as('stagegate');
  const delivered = bind(desired.delivery, VALUES);
  const file = join(clone.folder, 'cluster.json');
  const target = simulatedTarget({ desired: delivered, store: app.store, now: async () => clone.now, file, ...TIMES });
  const delivery: Delivery = { desired: delivered, ...app, target };

  return {
    github,
    clone,
    delivery,
    as,
    ask,
    async push(login, commit, ref) {
      const address = `${github.url.replace('//', `//x:${github.token(login)}@`)}${REPOSITORY}.git`;
      const { code, stderr } = await tryGit(['push', '--quiet', '--force', address, `${commit}:${ref}`], {
        gitDir: join(clone.folder, 'repository.git'),
      });
      return code === 0 ? '' : stderr;
    },
    async commitOf(ref) {
      const { status, body } = await ask('olaf', `GET /git/ref/${ref.replace('refs/', '')}`);
      return status === 200 ? String(body.object?.sha) : undefined;
    },
    async open(head, base) {
      const { status, body } = await ask('dora', 'POST /pulls', { title: `${head} into ${base}`, head, base });
      if (status !== 201) throw new Error(`no pull request of ${head}: ${JSON.stringify(body)}`);
      return { number: Number(body.number), head: String(body.head?.sha) };
    },
    async merge(login, { number, head }, method = 'merge') {
      const { status, body } = await ask(login, `PUT /pulls/${number}/merge`, { sha: head, merge_method: method });
      return status === 200 ? '' : `${status} ${body.message}`;
    },
    async report(login, commit, context, state = 'success') {
      const { status } = await ask(login, `POST /statuses/${commit}`, { context, state });
      if (status !== 201) throw new Error(`${login} may not report ${context}: ${status}`);
    },
    approve: (login, { number, head }) => ask(login, `POST /pulls/${number}/reviews`, { event: 'APPROVE', commit_id: head }),
    deliver: () => deliver(delivery, { policyOf: async () => ({ kind: 'declared', digest: 'unchanged' }) }),
  };
}
