import { conditionCovers } from '../../lib/delivery/local/ref-patterns';
import type { DesiredState } from '../../lib/desired/desired-state';
import type { Violation } from '../../lib/explorer/explore';
import { loginOf } from './cast';
import { startCluster } from './cluster';
import { headOf } from './pushes';
import type { World } from './world';

const at = { owner: 'lebrick07', repo: 'openluffy' } as const;

/** Whether what an exploration says of a sequence on GitHub alone is now so, by what GitHub and Argo CD say. */
export async function isHarmed(world: World, violation: Violation): Promise<boolean> {
  const { kind, environment = '', demand = '', ref = '' } = violation;
  const key = /^key (.+)$/.exec(demand)?.[1];
  if (!(await hasHappened(world, violation))) return false;
  const last = violation.events.at(-1);
  // What nobody else may do is the delivery app's own work.
  const own = last !== undefined && 'by' in last && loginOf(world.desired, last.by) === loginOf(world.desired, 'delivery app');
  if (kind === 'bypass' && own && violation.message.endsWith(`by ${last.by}`) && last.by !== 'delivery app') return false;
  if (key !== undefined) return !isMeant(world.desired, key, ref) && admits(world, key, ref);
  return kind === 'sync' ? followsIt(world, environment, ref) : true;
}

/** Whether an environment holds the key of the intake app, as the delivery data name it, and the ref is one that releases are made from. */
function isMeant({ repositories, delivery }: DesiredState, environment: string, ref: string): boolean {
  const { variables = {} } = repositories.flatMap(({ environments }) => environments).find(({ name }) => name === environment) ?? {};
  const sources = [...delivery.environments.map(({ source }) => source), ...delivery.edges.map(({ on }) => on)];
  return (
    Object.values(variables).includes(String(delivery.apps.intake.id)) && sources.some((source) => ref === `refs/heads/${source?.pattern}`)
  );
}

/** Whether the last event shows: the ref is where it was moved, or the pull request is merged. */
async function hasHappened(world: World, { events }: Violation): Promise<boolean> {
  const last = events.at(-1);
  if (last?.kind === 'push') return (await headOf(world, last.ref)) === world.aim;
  if (world.pull === undefined) return false;
  const { data } = await world.client('olga').request('GET /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: world.pull });
  return data.merged;
}

/** Writes the GitHub environments that are compiled, with the refs that they admit. */
async function installEnvironments(world: World, { repositories }: DesiredState): Promise<void> {
  const owner = world.client('olga');
  for (const { name, admits: admitted } of repositories.flatMap(({ environments }) => environments)) {
    const one = { ...at, environment_name: name };
    const deployment_branch_policy = { protected_branches: false, custom_branch_policies: true };
    await owner.request('PUT /repos/{owner}/{repo}/environments/{environment_name}', { ...one, deployment_branch_policy });
    for (const policy of admitted)
      await owner.request('POST /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies', { ...one, ...policy });
  }
}

/** Whether GitHub gives a run on a ref what an environment holds. */
async function admits(world: World, environment: string, ref: string): Promise<boolean> {
  await installEnvironments(world, world.desired);
  const owner = world.client('olga');
  const one = { ...at, environment_name: environment };
  const { data } = await owner.request('GET /repos/{owner}/{repo}/environments/{environment_name}/deployment-branch-policies', one);
  await Promise.all(
    world.desired.repositories
      .flatMap(({ environments }) => environments)
      .map(({ name }) => owner.request('DELETE /repos/{owner}/{repo}/environments/{environment_name}', { ...at, environment_name: name })),
  );
  return data.branch_policies.some(({ name = '', type = 'branch' }) =>
    conditionCovers({ include: [`refs/${type === 'tag' ? 'tags' : 'heads'}/${name}`], exclude: [] }, ref, 'main'),
  );
}

/** Whether Argo CD, told to sync, brings what lies on the ref. */
async function followsIt(world: World, environment: string, ref: string): Promise<boolean> {
  const cluster = startCluster(world.desired, world.disk, world.github.world.clock);
  await cluster.press(environment, 'mia').catch(() => undefined);
  return (await cluster.runs(environment)) === (await headOf(world, ref));
}
