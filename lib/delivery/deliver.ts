import { type Delivery, edgesInto, environmentNamed, takesReleases } from './delivery';
import { DeliveryError } from './error';
import { type EnvironmentHealth, recordHealth } from './health';
import { type PromotionReport, promote } from './promote';
import { checkPullRequests, type PolicyReader, type PullRequestCheck } from './pull-request-checks';
import { type RollbackReport, rollbackAutomatically } from './rollback';
import { type CommandRunner, verifyPending } from './verify';

export interface DeliverOptions {
  /** Runs the suites that a release waits for; without it somebody else runs `verify`. */
  readonly suites?: CommandRunner;
  /** Compiles the program of a commit. @default none: every change of the program branch counts as a change of policy */
  readonly policyOf?: PolicyReader;
}

/** What one pass did in one environment. */
export interface DeliveredEnvironment {
  readonly environment: string;
  readonly health: Pick<EnvironmentHealth, 'state' | 'text'>;
  readonly rolledBack?: RollbackReport;
  readonly promotion?: PromotionReport;
  /** What went wrong here; the other environments were served all the same. */
  readonly error?: DeliveryError;
}

export interface DeliverReport {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Pull requests of people that the delivery app has a say in. */
  readonly checks: readonly PullRequestCheck[];
  readonly environments: readonly DeliveredEnvironment[];
}

/**
 * One pass: judges the pull requests that the delivery app has a say in, records the health of every environment, goes back where a policy
 * says so, runs suites, and carries on the promotion into each environment. Says what it did; keeps nothing.
 */
export async function deliver(delivery: Delivery, options: DeliverOptions = {}): Promise<DeliverReport> {
  const at = await delivery.host.now();
  const checks = await checkPullRequests(delivery, options.policyOf);
  const names = delivery.desired.environments
    .filter((environment) => environment.lifecycle !== 'planned' && environment.lifecycle !== 'retired')
    .map((environment) => environment.name);
  const seen = new Map<string, Pick<DeliveredEnvironment, 'health' | 'rolledBack' | 'error'>>();
  for (const name of names) seen.set(name, await attended(delivery, name, options));
  const environments: DeliveredEnvironment[] = [];
  for (const name of names) {
    const before = seen.get(name) ?? { health: { state: 'unknown', text: '' } };
    try {
      environments.push({
        environment: name,
        ...before,
        promotion: before.rolledBack?.promotion ?? (await promote(delivery, name, { observed: true })),
      });
    } catch (error) {
      if (!DeliveryError.is(error)) throw error;
      environments.push({ environment: name, ...before, error });
    }
  }
  return { at, checks, environments };
}

async function attended(
  delivery: Delivery,
  name: string,
  options: DeliverOptions,
): Promise<Pick<DeliveredEnvironment, 'health' | 'rolledBack' | 'error'>> {
  let health: Pick<EnvironmentHealth, 'state' | 'text'> = { state: 'unknown', text: `${name} was not looked at` };
  try {
    const full = await recordHealth(delivery, name);
    health = { state: full.state, text: full.text };
    if (full.state === 'healthy' && full.deployment?.release && options.suites) await verifyPending(delivery, name, options.suites);
    if (!mayRollBack(delivery, name, full)) return { health };
    return { health, rolledBack: await rollbackAutomatically(delivery, name, full.text) };
  } catch (error) {
    if (!DeliveryError.is(error)) throw error;
    return { health, error };
  }
}

/** Once, never on a rollback, never where a person syncs, and only where the policy says so. */
function mayRollBack({ desired }: Delivery, name: string, { state, deployment }: EnvironmentHealth): boolean {
  const environment = environmentNamed(desired, name);
  if (state !== 'failed' || deployment?.release === undefined || deployment.lane !== 'normal') return false;
  if (!takesReleases(environment) || environment.sync === 'manual') return false;
  return edgesInto(desired, name).some((edge) => edge.lanes.some((lane) => lane.kind === 'automatic-rollback'));
}
