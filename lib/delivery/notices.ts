import { type Delivery, shortCommit, takesReleases, timeText } from './delivery';
import { DeliveryError } from './error';
import { activeRollback, currentRelease, type Facts } from './facts';
import { type EnvironmentHealth, sourceName } from './health';
import type { Evaluated } from './promote';
import { tryReleaseAt } from './release';
import type { EnvironmentStatus } from './status';
import { planSync } from './sync';

/** What a person should know or do about an environment, most urgent first. */
export async function noticesOf(
  delivery: Delivery,
  facts: Facts,
  health: EnvironmentHealth,
  evaluated: readonly Evaluated[],
  timing: EnvironmentStatus['timing'],
): Promise<readonly string[]> {
  const { environment } = facts;
  const { name } = environment;
  const notices: string[] = [];
  if (facts.into.length === 0)
    return [takesReleases(environment) ? 'not bootstrapped: run `stagegate bootstrap`' : `${environment.lifecycle}: takes no releases`];
  if (!takesReleases(environment)) notices.push(`${environment.lifecycle}: takes no releases`);
  if (health.state === 'failed') notices.push(`release ${currentRelease(facts)?.id} failed: ${health.text}`);
  if (health.state === 'awaiting-sync') notices.push(...(await syncNotices(delivery, facts, health)));
  const rollback = activeRollback(facts);
  if (rollback) notices.push(`a rollback to release ${rollback.release} is open, asked by ${rollback.by.login}: ${rollback.reason ?? ''}`);
  const everybody = facts.state.holds.find((entry) => entry.environment === name && entry.release === undefined && !entry.released);
  if (everybody) notices.push(`held by ${everybody.by.login} since ${everybody.at}: ${everybody.reason}`);
  for (const { candidate, superseded } of evaluated) if (superseded) notices.push(`release ${candidate.release.id}: ${superseded}`);
  if (timing?.late && environment.sync !== 'manual')
    notices.push(
      `${timing.healthyAt ? 'took' : 'has taken'} ${timing.seconds} s from merge to healthy, ${timing.targetSeconds} s are promised`,
    );
  const shared = health.observation.startedBy === 'admin';
  if (shared) notices.push('the last sync was started by admin, an account that several people share');
  return notices;
}

/** A manual environment that is behind: either its sync was not pressed yet, or somebody went back in Argo CD. */
async function syncNotices(delivery: Delivery, facts: Facts, health: EnvironmentHealth): Promise<readonly string[]> {
  const { environment } = facts;
  const [head] = facts.into;
  const release = currentRelease(facts);
  if (head === undefined || release === undefined) return [];
  const ranBefore = head.statuses.some((one) => one.state === 'success' || one.state === 'failure' || one.state === 'error');
  const { revision, startedBy } = health.observation;
  if (ranBefore && revision !== undefined) {
    const runs = await tryReleaseAt(delivery, revision).catch((error: unknown) =>
      DeliveryError.is(error) ? undefined : Promise.reject(error),
    );
    const who = environment.application?.name ?? environment.name;
    const confirm = environment.tier === 'production' ? ` --confirm ${environment.name}` : '';
    return [
      `${who} runs ${runs ? `${runs.id} (${sourceName(runs)})` : shortCommit(revision)}, git says ${release.id} (${sourceName(release)})${startedBy ? `; rolled back outside of git by ${startedBy}` : ''}. To make it lasting: stagegate rollback ${environment.name}${runs ? ` --to ${runs.id}` : ''} --reason "…"${confirm}`,
    ];
  }
  const plan = await planSync(delivery, environment.name);
  const notices = [`waiting for sync since ${timeText(head.commit.at)}, release ${release.id}, ${plan.changes.length} objects differ`];
  for (const secret of plan.absentSecrets ?? []) notices.push(`secret ${secret} is named by the manifests and is not there`);
  return notices;
}
