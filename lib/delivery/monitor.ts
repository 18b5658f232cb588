import { type Delivery, environmentNamed } from './delivery';
import { type EnvironmentHealth, observeHealth } from './health';

export interface MonitorOptions {
  /** Waits between two looks; given the time in milliseconds. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** @default the environment's own time, as declared */
  readonly timeoutSeconds?: number;
  /** @default 5 */
  readonly everySeconds?: number;
  /** Told whenever what is seen has changed. */
  readonly onChange?: (health: EnvironmentHealth) => void;
  /** How far back the logs go that are shown at the end, seconds. @default 60 */
  readonly logSeconds?: number;
}

export interface MonitorReport {
  /** How it ended. */
  readonly state: 'healthy' | 'degraded' | 'timeout' | 'awaiting-sync';
  readonly text: string;
  readonly release?: string;
  /** Last lines of each service, where the target has them. */
  readonly logs: Readonly<Record<string, string>>;
}

/** Follows a rollout until it is healthy, has failed, waits for a person, or the time is over; then reads the logs. Changes nothing. */
export async function monitor(delivery: Delivery, environment: string, options: MonitorOptions): Promise<MonitorReport> {
  const declared = environmentNamed(delivery.desired, environment);
  const end = (await delivery.host.now()) + (options.timeoutSeconds ?? declared.health.timeoutSeconds) * 1000;
  let last = '';
  for (;;) {
    const health = await observeHealth(delivery, environment);
    if (health.text !== last) options.onChange?.(health);
    last = health.text;
    const state = over(health);
    if (state) return finished(delivery, environment, state, health, options);
    if ((await delivery.host.now()) >= end) return finished(delivery, environment, 'timeout', health, options);
    await options.wait((options.everySeconds ?? 5) * 1000);
  }
}

/** A rollout that is degraded may still recover; one that has failed is over. */
function over({ state }: EnvironmentHealth): 'healthy' | 'degraded' | 'awaiting-sync' | undefined {
  if (state === 'healthy' || state === 'awaiting-sync') return state;
  return state === 'failed' ? 'degraded' : undefined;
}

async function finished(
  delivery: Delivery,
  environment: string,
  ended: MonitorReport['state'],
  health: EnvironmentHealth,
  options: MonitorOptions,
): Promise<MonitorReport> {
  const state = ended === 'timeout' && health.state === 'degraded' ? 'degraded' : ended;
  const logs: Record<string, string> = {};
  for (const service of delivery.desired.services.filter((one) => one.environments.includes(environment))) {
    const text = await delivery.target.logs?.(environment, service.name, options.logSeconds ?? 60).catch(() => undefined);
    if (text !== undefined) logs[service.name] = text;
  }
  return { state, text: health.text, ...(health.deployment?.release && { release: health.deployment.release.id }), logs };
}
