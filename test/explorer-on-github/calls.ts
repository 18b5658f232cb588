import {
  approve,
  checkPullRequests,
  DeliveryError,
  type Host,
  lift,
  planSync,
  promote,
  readState,
  releaseHold,
  rollback,
  startSync,
  verify,
} from '../../lib/delivery';
import type { TraceEvent } from '../../lib/explorer/trace';
import { answered } from '../../lib/github';
import { loginOf } from './cast';
import { pushTo } from './pushes';
import { reportRequired, type World } from './world';

/** What came of a call: done, or refused with what GitHub, or delivery, said. */
export type Called = { readonly kind: 'done' } | { readonly kind: 'refused'; readonly reason: string };

type Kind = TraceEvent['kind'];
type Of<K extends Kind> = Extract<TraceEvent, { readonly kind: K }>;

const at = { owner: 'lebrick07', repo: 'openluffy' } as const;
const robot = { kind: 'app', login: 'stagegate' } as const;
const person = { kind: 'person', login: 'mia' } as const;
const passed = async (): Promise<{ code: number; output: string }> => ({ code: 0, output: 'ok' });

/** The one call, or the few, that each event of the explorer is on GitHub, in delivery, or in the cluster. */
export const calls: { readonly [K in Kind]: (world: World, event: Of<K>) => Promise<unknown> } = {
  async land(world, { ref, commit }) {
    const place = await landing(world, ref.pattern, commit);
    world.landed.set(place, commit);
    if (!world.releases.has(commit)) await world.release(commit, ref.pattern);
    await world.settle();
  },
  async healthy(world, { environment }) {
    await world.cluster.report(environment, 'healthy');
    await world.settle();
  },
  async unhealthy(world, { environment }) {
    await world.cluster.report(environment, 'degraded');
    await world.settle();
  },
  async clock(world, { environment }) {
    const soaks = world.desired.delivery.edges
      .filter(({ from }) => from === environment)
      .flatMap(({ gates }) => gates.flatMap((gate) => (gate.kind === 'soak' ? [gate.seconds] : [])));
    world.pass(Math.min(...soaks) + 1);
  },
  wake: (world) => world.settle(),
  async verify(world, { environment, suite }) {
    await verify(world.delivery, environment, { suite, run: passed, by: robot });
    await world.settle();
  },
  async decide(world, { policy, commit, approvedBy, asked, checks }) {
    const { delivery, desired } = world;
    const environment = desired.delivery.edges.find((edge) => edge.policy === policy)?.to ?? '';
    const release = releaseOf(world, commit);
    for (const name of approvedBy) {
      const { host } = await world.as(loginOf(desired, name));
      await approve(delivery, host, environment, { release });
    }
    if (asked) await promote(delivery, environment, { release, by: person });
    for (const context of checks) await (await world.as('github-actions')).host.setStatus(sourceOf(world, commit), success(context));
    await world.settle();
  },
  async sync(world, { environment }) {
    const { branch } = world.desired.delivery.environments.find(({ name }) => name === environment) ?? { branch: '' };
    const plan = await planSync(world.delivery, environment).catch(() => undefined);
    // Whoever presses Argo CD's button does it all the same when what the Application follows is not the environment's branch.
    if (plan === undefined || followed(world, environment) !== `refs/heads/${branch}`) await world.cluster.press(environment, 'mia');
    else await startSync(world.delivery, environment, { by: 'mia', revision: plan.revision, unattended: false });
    await world.settle();
  },
  async edit(world, { environment }) {
    world.cluster.edit(environment);
    await world.settle();
  },
  async 'roll-back'(world, { environment, commit, approvals }) {
    const { delivery } = world;
    // With another's reason it would be one that is done already, and changes nothing.
    const reason = `problem ${(await readState(delivery)).requests.length}`;
    const request = { to: releaseOf(world, commit), reason, by: person, confirm: environment };
    await rollback(delivery, environment, request);
    for (const login of ['mia', 'max', 'dan'].slice(0, approvals)) await approve(delivery, (await world.as(login)).host, environment);
    await world.settle();
  },
  async override(world, { environment, commit, by }) {
    const tag = await world.delivery.store.tryRef(`refs/tags/${world.desired.delivery.releaseTagPrefix}${releaseOf(world, commit)}`);
    if (!world.cluster.tryOverride(environment, tag ?? '', by)) throw new NotDone(`${by} may sync ${environment} to no other revision`);
    await world.settle();
  },
  async lift(world, { environment, commit }) {
    const { delivery } = world;
    const request = { release: releaseOf(world, commit), reason: 'it was not that', by: person };
    const { holds } = await readState(delivery);
    const held = holds.some((entry) => !entry.released && entry.environment === environment && entry.release === request.release);
    await (held ? releaseHold : lift)(delivery, environment, request);
    await world.settle();
  },
  async suspend(world, { environment }) {
    world.armed.add(environment);
    await world.settle();
  },
  async resume(world, { environment }) {
    const index = world.stopped.findIndex((run) => run.environment === environment);
    const [run] = world.stopped.splice(index, 1);
    if (index < 0 || run === undefined) throw new DeliveryError('refused', `no run for ${environment} is held up`, 'hold one up');
    run.goOn();
    await run.ended;
    await world.settle();
  },

  push: (world, event) => pushTo(world, event),
  async open(world, { by, base, head, files }) {
    const login = loginOf(world.desired, by);
    const changed = files.length > 0 ? files : ['change.txt'];
    await world.commitOnto(head, login, Object.fromEntries(changed.map((file) => [file, `by ${by}\n`])), base);
    const { data } = await world.client(login).request('POST /repos/{owner}/{repo}/pulls', { ...at, head, base, title: `Change ${base}` });
    world.pull = data.number;
  },
  async amend(world, { by }) {
    const { head } = await opened(world);
    await world.commitOnto(head.ref, loginOf(world.desired, by), { 'README.md': `Amended by ${by}\n` });
  },
  async outdate(world, { by }) {
    const { base } = await opened(world);
    await world.commitOnto(base.ref, loginOf(world.desired, by), { 'other.txt': `by ${by}\n` });
  },
  async review(world, { by }) {
    const { number, head } = await opened(world);
    const review = { ...at, pull_number: number, event: 'APPROVE', commit_id: head.sha } as const;
    await world.client(loginOf(world.desired, by)).request('POST /repos/{owner}/{repo}/pulls/{pull_number}/reviews', review);
  },
  async status(world, { by, context }) {
    const { head, base } = await opened(world);
    const { delivery } = world.desired;
    const login = loginOf(world.desired, by);
    const judges = login === loginOf(world.desired, 'delivery app') && context !== delivery.gatesContext;
    if (judges) return judged(world, head.sha, context);
    if (by === 'workflow token') reportedByWorkflow(world, context, base.ref);
    const status = { ...at, sha: head.sha, context, state: 'success' } as const;
    return world.client(login).request('POST /repos/{owner}/{repo}/statuses/{sha}', status);
  },
  async merge(world, { by, method }) {
    const { number } = await opened(world);
    const merge = { ...at, pull_number: number, merge_method: method } as const;
    await world.client(loginOf(world.desired, by)).request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', merge);
  },
};

/** Makes the calls of one event. */
export async function call(world: World, event: TraceEvent): Promise<Called> {
  try {
    await (calls[event.kind] as (world: World, event: TraceEvent) => Promise<unknown>)(world, event);
    return { kind: 'done' };
  } catch (error) {
    const refused =
      answered(error, 403, 405, 409, 422) || (DeliveryError.is(error) && error.kind !== 'outside') || error instanceof NotDone;
    if (!refused) throw error;
    return { kind: 'refused', reason: (error as Error).message };
  }
}

/** A call that nobody makes: of a workflow that does not exist, or an app that has no rule. */
export class NotDone extends Error {}

/** Gets a commit onto a branch as its rules ask; gives the id that it has there. */
async function landing(world: World, branch: string, commit: number): Promise<string> {
  const { delivery } = world.desired;
  const made = [...world.landed.values()].includes(commit);
  if (!made) return world.commitOnto(branch, 'dora', { [`commit-${commit}.txt`]: `${commit}\n` });
  const dora = await world.as('dora');
  const pull = await dora.host.openPullRequest({ head: 'develop', base: branch, title: `Release ${commit}`, body: '' });
  await (await world.as('mia')).host.review(pull.number, { state: 'approved', commit: pull.headCommit });
  await (await world.as('github-actions')).host.setStatus(pull.headCommit, success('validate'));
  if (delivery.headRules.some((rule) => rule.branch === branch) || branch === delivery.programBranch) await judge(world);
  else await reportRequired(world, `refs/heads/${branch}`, pull.headCommit, 'dora');
  const outcome = await dora.host.merge(pull.number, { method: 'merge', head: pull.headCommit, message: `Release ${commit}` });
  if (outcome.kind !== 'merged') throw new NotDone(outcome.reason);
  return outcome.commit;
}

/** The delivery app judges the pull requests of people; the program compiles to what it did. It may be ended after one of its reports. */
async function judge({ delivery }: World, only?: string): Promise<void> {
  const { host } = delivery;
  const setStatus: Host['setStatus'] = async (commit, status) => {
    if (only === undefined || status.context === only) await host.setStatus(commit, status);
  };
  await checkPullRequests({ ...delivery, host: { ...host, setStatus } }, async () => ({ kind: 'declared', digest: 'the same' }));
}

async function judged(world: World, commit: string, context: string): Promise<void> {
  await judge(world, context);
  const last = (await world.delivery.host.statuses(commit)).findLast((status) => status.context === context);
  if (last?.state !== 'success') throw new NotDone(last?.description ?? `the delivery app says nothing of ${context}`);
}

/** What the runner of a workflow would find: a job of this name for pull requests onto the branch. */
function reportedByWorkflow(world: World, context: string, base: string): void {
  const runs = world.desired.repositories
    .flatMap(({ workflows }) => workflows)
    .some(({ on, jobs }) => {
      const trigger = on.pull_request as { readonly branches?: readonly string[] } | null | undefined;
      const meant = trigger === null || (trigger !== undefined && (trigger.branches?.includes(base) ?? true));
      return meant && Object.values(jobs).some((job) => job.name === context);
    });
  if (!runs) throw new NotDone(`no workflow reports ${context}`);
}

async function opened(world: World) {
  if (world.pull === undefined) throw new NotDone('no pull request is open');
  return (await world.client('olga').request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: world.pull })).data;
}

function followed({ desired }: World, environment: string): unknown {
  const compiled = desired.environments.find(({ name }) => name === environment);
  const spec = compiled?.bootstrap.find(({ kind }) => kind === 'Application')?.spec as { source?: { targetRevision?: string } } | undefined;
  return spec?.source?.targetRevision;
}

function releaseOf(world: World, commit: number): string {
  return world.releases.get(commit) ?? 'none';
}

function sourceOf(world: World, commit: number): string {
  return [...world.landed].find(([, place]) => place === commit)?.[0] ?? '';
}

function success(context: string) {
  return { context, state: 'success', description: 'passed' } as const;
}
