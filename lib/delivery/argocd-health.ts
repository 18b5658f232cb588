import type { DeliveryEnvironment, DesiredDelivery } from '../desired/desired-state';
import { environmentNamed } from './delivery';
import { outside, wrongUse } from './error';
import { type KubectlOptions, kubectl } from './kubectl';
import type { TargetHealth, TargetObservation } from './target-health';

export interface ArgoCdHealthOptions extends KubectlOptions {
  readonly desired: DesiredDelivery;
}

/** The parts of an Argo CD Application that tell its state. */
interface Application {
  readonly metadata?: { readonly generation?: number };
  readonly operation?: object;
  readonly spec?: { readonly syncPolicy?: { readonly syncOptions?: readonly string[]; readonly retry?: object } };
  readonly status?: {
    readonly sync?: { readonly status?: string; readonly revision?: string };
    readonly health?: { readonly status?: string; readonly message?: string; readonly lastTransitionTime?: string };
    readonly reconciledAt?: string;
    readonly operationState?: {
      readonly phase?: string;
      readonly message?: string;
      readonly finishedAt?: string;
      readonly operation?: { readonly initiatedBy?: { readonly username?: string; readonly automated?: boolean } };
      readonly syncResult?: { readonly revision?: string };
    };
    readonly conditions?: readonly { readonly type?: string; readonly message?: string }[];
  };
}

const HEALTH: Readonly<Record<string, TargetObservation['health']>> = {
  Healthy: 'healthy',
  Progressing: 'progressing',
  Degraded: 'degraded',
  Suspended: 'suspended',
  Missing: 'missing',
};

const OPERATION: Readonly<Record<string, TargetObservation['operation']>> = {
  Succeeded: 'succeeded',
  Running: 'running',
  Terminating: 'running',
  Failed: 'failed',
  Error: 'failed',
};

/**
 * What an Application says. The revision is the one that the live objects match when it is synced, else the one of the last operation.
 * Health that was computed before the operation ended is that of the old pods and does not count: Argo CD has no observed generation.
 */
export function observationOf(application: Application): TargetObservation {
  const { status } = application;
  const state = status?.operationState;
  const synced = status?.sync?.status === 'Synced';
  const revision = synced ? status?.sync?.revision : state?.syncResult?.revision;
  const running = application.operation !== undefined;
  const operation = running ? 'running' : (OPERATION[state?.phase ?? ''] ?? 'none');
  const stale = operation === 'succeeded' && time(status?.reconciledAt) < time(state?.finishedAt);
  const reported = HEALTH[status?.health?.status ?? ''] ?? 'unknown';
  const by = state?.operation?.initiatedBy;
  const since = time(status?.health?.lastTransitionTime);
  const message = [
    ...(status?.conditions ?? []).map((condition) => condition.message),
    reported === 'degraded' ? status?.health?.message : undefined,
    operation === 'failed' ? state?.message : undefined,
  ].find((text) => text !== undefined && text !== '');
  return {
    ...(revision && { revision }),
    sync: synced ? 'synced' : status?.sync?.status === 'OutOfSync' ? 'out-of-sync' : 'unknown',
    health: stale && reported === 'healthy' ? 'progressing' : reported,
    operation,
    ...(since > 0 && { healthSince: since }),
    ...(by?.username && !by.automated && { startedBy: by.username }),
    ...(message && { message: message.replaceAll(/\s+/g, ' ').slice(0, 300) }),
  };
}

function time(text: string | undefined): number {
  const at = Date.parse(text ?? '');
  return Number.isNaN(at) ? 0 : at;
}

interface Deployments {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> };
    readonly spec?: { readonly replicas?: number };
    readonly status?: { readonly readyReplicas?: number };
  }[];
}

/**
 * Argo CD as a target, through the Kubernetes interface: reads Applications and Deployments, asks for a refresh by annotation, and starts
 * a sync as the calling person by setting the Application's operation. Reading needs read rights only.
 */
export function argoCdHealth(options: ArgoCdHealthOptions): TargetHealth {
  const { desired } = options;
  const run = (args: readonly string[]): Promise<string> => kubectl(options, args);
  const application = (name: string): NonNullable<DeliveryEnvironment['application']> =>
    environmentNamed(desired, name).application ??
    wrongUse(`${name} has no Argo CD Application`, 'ask the target that the environment is declared for');
  const object = (name: string): readonly string[] => [
    '--namespace',
    application(name).namespace,
    `applications.argoproj.io/${application(name).name}`,
  ];
  const namespace = (name: string): string =>
    environmentNamed(desired, name).namespace ?? wrongUse(`${name} has no namespace`, 'declare a Kubernetes target');

  return {
    async observe(name) {
      const [found, pods] = await Promise.all([run(['get', ...object(name), '--output', 'json']), podsIn(run, namespace(name))]);
      return { ...observationOf(parsed<Application>(found, `Application ${application(name).name}`)), ...(pods && { pods }) };
    },
    async refresh(name) {
      await run(['annotate', ...object(name), 'argocd.argoproj.io/refresh=normal', '--overwrite']);
    },
    async sync(name, revision, by) {
      // An operation that is set by hand does not take sync options and retries from the Application's policy: the Sync button copies them too.
      const text = await run(['get', ...object(name), '--output', 'json']);
      const policy = parsed<Application>(text, `Application ${application(name).name}`).spec?.syncPolicy;
      const operation = {
        initiatedBy: { username: by },
        info: [{ name: 'Reason', value: `stagegate sync ${name}` }],
        sync: { revision, prune: true, ...(policy?.syncOptions && { syncOptions: policy.syncOptions }) },
        ...(policy?.retry && { retry: policy.retry }),
      };
      await run(['patch', ...object(name), '--type', 'merge', '--patch', JSON.stringify({ operation })]);
    },
    async presentSecrets(name) {
      const names = await run([
        'get',
        'secrets',
        '--namespace',
        namespace(name),
        '--output',
        'jsonpath={range .items[*]}{.metadata.name}{"\\n"}{end}',
      ]);
      return names.split('\n').filter((one) => one !== '');
    },
    logs: (name, service, seconds) =>
      run([
        'logs',
        '--namespace',
        namespace(name),
        '--selector',
        `app.kubernetes.io/name=${service}`,
        '--all-containers',
        '--prefix',
        '--tail',
        '50',
        `--since=${seconds}s`,
      ]),
  };
}

async function podsIn(run: (args: readonly string[]) => Promise<string>, namespace: string): Promise<TargetObservation['pods']> {
  const text = await run(['get', 'deployments.apps', '--namespace', namespace, '--output', 'json']).catch(() => undefined);
  if (text === undefined) return undefined;
  const pods: Record<string, { ready: number; wanted: number }> = {};
  for (const { metadata, spec, status } of parsed<Deployments>(text, `Deployments of ${namespace}`).items ?? []) {
    const service = metadata?.labels?.['app.kubernetes.io/name'] ?? metadata?.name ?? '';
    const before = pods[service] ?? { ready: 0, wanted: 0 };
    pods[service] = { ready: before.ready + (status?.readyReplicas ?? 0), wanted: before.wanted + (spec?.replicas ?? 1) };
  }
  return pods;
}

function parsed<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    return outside(`${what}: the cluster's answer is not JSON`, 'run the command again', error);
  }
}
