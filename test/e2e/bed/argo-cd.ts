import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ControlPlane } from './control-plane';
import { folderOf, program } from './programs';
import { freePorts, type Scratch } from './scratch';

/** What Argo CD last reported of an Application. */
export interface ApplicationState {
  /** Of the cluster against git. */
  readonly sync: 'Synced' | 'OutOfSync' | 'Unknown';
  /** Commit that the comparison was made with. */
  readonly revision?: string;
  readonly health: 'Healthy' | 'Progressing' | 'Degraded' | 'Suspended' | 'Missing' | 'Unknown';
  /** The last sync, under way or done. */
  readonly operation?: {
    readonly phase: 'Running' | 'Succeeded' | 'Failed' | 'Error' | 'Terminating';
    readonly message?: string;
    readonly revision?: string;
  };
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
  readonly resources: readonly ResourceState[];
  /** Commits that were synced, oldest first. */
  readonly history: readonly string[];
}

export interface ResourceState {
  readonly kind: string;
  readonly name: string;
  readonly sync?: string;
}

export interface ArgoCd {
  /** @returns undefined when there is no Application of that name. */
  application(name: string): Promise<ApplicationState | undefined>;
  /**
   * Waits until an Application is as `wanted` says.
   * @throws when `within` milliseconds passed; the message has the last state seen.
   */
  waitFor(name: string, wanted: (state: ApplicationState) => boolean, within: number): Promise<ApplicationState>;
  /** Makes Argo CD look at git now, as a webhook would. */
  refresh(name: string): Promise<void>;
  /** Starts a sync as a person does with the Sync button; `waitFor` sees its end. */
  sync(name: string, revision: string): Promise<void>;
}

/** Holds when a sync to `commit` has ended and all is well. Argo CD says the latter a moment before it has recorded the former. */
export function deployed(commit: string): (state: ApplicationState) => boolean {
  return ({ sync, health, revision, operation }) =>
    sync === 'Synced' && health === 'Healthy' && revision === commit && operation?.phase === 'Succeeded' && operation.revision === commit;
}

const path = (name: string): string => `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}`;

/** What Argo CD's components read when they start; the custom resource definitions are there already. */
const installation = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } },
  { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cm', namespace: 'argocd', labels: partOf('argocd-cm') }, data: {} },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'argocd-secret', namespace: 'argocd', labels: partOf('argocd-secret') },
    stringData: { 'server.secretkey': 'signs nothing: no server runs' },
  },
  {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: 'argocd' },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  },
];

function partOf(name: string): Record<string, string> {
  return { 'app.kubernetes.io/part-of': 'argocd', 'app.kubernetes.io/name': name };
}

/** Starts Argo CD's repo-server and application controller on the cluster of the control plane, with miniredis as their Redis. */
export async function startArgoCd(scratch: Scratch, controlPlane: ControlPlane): Promise<ArgoCd> {
  const folder = join(scratch.folder, 'argocd');
  const folders = Object.fromEntries(['tls', 'ssh', 'plugins', 'gpg'].map((name) => [name, join(folder, name)]));
  for (const made of Object.values(folders)) mkdirSync(made, { recursive: true });
  await controlPlane.apply(installation);

  const [redisPort, repoPort, repoMetrics, controllerMetrics] = await freePorts(4);
  const redis = `127.0.0.1:${redisPort}`;
  const env = {
    KUBECONFIG: controlPlane.kubeconfig,
    // Lets the controller use the kubeconfig for the cluster it "runs in".
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_TLS_DATA_PATH: folders.tls ?? '',
    ARGOCD_SSH_DATA_PATH: folders.ssh ?? '',
    ARGOCD_PLUGINSOCKFILEPATH: folders.plugins ?? '',
    ARGOCD_GNUPGHOME: folders.gpg ?? '',
    ARGOCD_GPG_ENABLED: 'false',
  };
  scratch.start({ name: 'miniredis', command: program('miniredis'), args: ['-port', String(redisPort)] });
  scratch.start({
    name: 'argocd-repo-server',
    command: join(folderOf('argocd'), 'argocd-repo-server'),
    args: [
      ...['--address', '127.0.0.1', '--port', String(repoPort), '--metrics-address', '127.0.0.1', '--metrics-port', String(repoMetrics)],
      ...['--redis', redis, '--disable-tls', '--revision-cache-expiration', '2s'],
    ],
    env,
  });
  scratch.start({
    name: 'argocd-application-controller',
    command: join(folderOf('argocd'), 'argocd-application-controller'),
    args: [
      ...['--repo-server', `127.0.0.1:${repoPort}`, '--repo-server-plaintext', '--redis', redis, '--namespace', 'argocd'],
      ...['--metrics-port', String(controllerMetrics), '--app-resync', '5', '--app-resync-jitter', '0'],
    ],
    env,
  });

  const application = async (name: string): Promise<ApplicationState | undefined> => {
    const found = (await controlPlane.api.get(path(name))) as RawApplication | undefined;
    return found === undefined ? undefined : stateOf(found);
  };

  return {
    application,
    async waitFor(name, wanted, within) {
      let last: ApplicationState | undefined;
      return scratch.until(
        () => `Application ${name}; last seen: ${last === undefined ? 'nothing' : JSON.stringify(last, null, 2)}`,
        async () => {
          last = await application(name);
          return last !== undefined && wanted(last) ? last : undefined;
        },
        within,
      );
    },
    refresh: (name) => controlPlane.api.merge(path(name), { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }),
    async sync(name, revision) {
      const { spec } = (await controlPlane.api.get(path(name))) as RawApplication;
      // Argo CD's server copies these into the operation; the controller does not look them up.
      const { syncOptions, retry } = spec.syncPolicy ?? {};
      const operation = { initiatedBy: { username: 'test-bed' }, sync: { revision, prune: true, syncOptions }, retry };
      await controlPlane.api.merge(path(name), { operation });
    },
  };
}

interface RawApplication {
  readonly spec: { readonly syncPolicy?: { readonly syncOptions?: readonly string[]; readonly retry?: object } };
  readonly status?: {
    readonly sync?: { readonly status: ApplicationState['sync']; readonly revision?: string };
    readonly health?: { readonly status?: ApplicationState['health'] };
    readonly operationState?: {
      readonly phase: NonNullable<ApplicationState['operation']>['phase'];
      readonly message?: string;
      readonly syncResult?: { readonly revision?: string };
    };
    readonly conditions?: ApplicationState['conditions'];
    readonly resources?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly status?: string;
    }[];
    readonly history?: readonly { readonly revision: string }[];
  };
}

function stateOf({ status = {} }: Pick<RawApplication, 'status'>): ApplicationState {
  const { sync: comparison, health, operationState: operation, conditions = [], resources = [], history = [] } = status;
  return {
    sync: comparison?.status ?? 'Unknown',
    revision: comparison?.revision,
    health: health?.status ?? 'Unknown',
    operation: operation && { phase: operation.phase, message: operation.message, revision: operation.syncResult?.revision },
    conditions: conditions.map(({ type, message }) => ({ type, message })),
    resources: resources.map(({ kind, name, status: sync }) => ({ kind, name, sync })),
    history: history.map(({ revision }) => revision),
  };
}
