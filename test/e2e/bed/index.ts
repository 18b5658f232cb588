import { type ArgoCd, startArgoCd } from './argo-cd';
import { type ControlPlane, startControllers, startControlPlane } from './control-plane';
import { openScratch } from './scratch';
import { startSimulatedCluster } from './simulated-cluster';

export { type ApplicationState, type ArgoCd, deployed, type ResourceState } from './argo-cd';
export type { Finding, Severity } from './checkers';
export { actionlint, checkov, kubeScore, zizmor } from './checkers';
export type { ControlPlane } from './control-plane';
export { type KubernetesObject, loadObjects } from './objects';
export { program } from './programs';
export { type Refused, refusal } from './refusal';
export { type DryRun, strictDryRun } from './strict-dry-run';

export interface BedOptions {
  /** Images whose pods never become ready: references, or digests (`sha256:…`). @default none */
  readonly failingImages?: readonly string[];
  /** Takes what the bed has to say: each stand-in, and the seconds that starting took. @default to the console */
  readonly print?: (line: string) => void;
}

/** A cluster without machines. */
export interface Cluster extends ControlPlane {
  /** Temporary folder for the test's own files; gone after `stop`. */
  readonly folder: string;
  /** Last lines that a program of the bed wrote, for messages. */
  log(program: string, lines?: number): string;
  /** Repeats `probe` until it answers something other than undefined, at most `within` milliseconds. */
  until<T>(what: string | (() => string), probe: () => Promise<T | undefined> | T | undefined, within: number): Promise<T>;
  /**
   * Ends every program and removes every file of the bed. It happens as well when the test process ends in any other way.
   */
  stop(): Promise<void>;
}

/** A cluster without machines that Argo CD deploys to. */
export interface Bed extends Cluster, Omit<ArgoCd, 'application'> {
  /** State of an Application. @throws when there is none of that name */
  application: (name: string) => ReturnType<ArgoCd['waitFor']>;
}

interface StandIn {
  readonly standIn: string;
  readonly insteadOf: string;
}

const ofApiServer: readonly StandIn[] = [
  { standIn: 'one kube-apiserver and etcd on this machine, a token for its administrator', insteadOf: 'a cluster with its own identities' },
];

const ofCluster: readonly StandIn[] = [
  { standIn: 'kwok: three nodes on which pods are ready at once and run nothing', insteadOf: 'nodes, kubelets and containers' },
  { standIn: 'kwok: pods with a listed image never get ready', insteadOf: 'an image that crashes' },
  { standIn: 'kwok: Ingresses and load balancers get 203.0.113.10', insteadOf: 'an ingress controller and a cloud' },
  { standIn: 'kwok: Gateways and HTTPRoutes are accepted', insteadOf: 'a gateway controller' },
  { standIn: 'kwok: ExternalSecrets are Ready and have a Secret with made-up values', insteadOf: 'External Secrets and a secret store' },
  { standIn: 'kwok: Certificates are Ready and have a Secret with made-up values', insteadOf: 'cert-manager and an issuer' },
  { standIn: 'a script that keeps autoscalers at their minimum', insteadOf: 'the autoscaling controller and a metrics server' },
  { standIn: 'kwok: volumes are bound and store nothing', insteadOf: 'a storage provisioner' },
];

const ofArgoCd: readonly StandIn[] = [
  { standIn: 'miniredis, in memory', insteadOf: 'Redis' },
  { standIn: "a patch of the Application's operation", insteadOf: "the Sync button: Argo CD's server and UI do not run" },
  { standIn: 'an annotation on the Application after a push', insteadOf: 'the webhook of the git host' },
  { standIn: 'a bare repository in a folder of this machine', insteadOf: 'the git host' },
];

/**
 * Starts an API server with the custom resource definitions and nothing else: enough for `strictDryRun`.
 * Takes about four seconds.
 */
export async function startApiServer({ print = console.log }: Pick<BedOptions, 'print'> = {}): Promise<Cluster> {
  return start(print, ofApiServer, async (scratch) => ({
    ...(await startControlPlane(scratch, { serviceAccounts: false })),
    ...ownOf(scratch),
  }));
}

/** Starts a cluster of simulated nodes, without Argo CD. Stop it in `afterAll`. */
export async function startCluster({ failingImages = [], print = console.log }: BedOptions = {}): Promise<Cluster> {
  return start(print, [...ofApiServer, ...ofCluster], async (scratch) => ({
    ...(await startSimulated(scratch, failingImages)),
    ...ownOf(scratch),
  }));
}

async function startSimulated(scratch: Scratch, failingImages: readonly string[]): Promise<ControlPlane> {
  const controlPlane = await startControlPlane(scratch, { serviceAccounts: true });
  await startControllers(scratch, controlPlane);
  await startSimulatedCluster(scratch, controlPlane, { failingImages });
  return controlPlane;
}

/** Starts a cluster of simulated nodes with Argo CD. Stop it in `afterAll`. */
export async function startBed({ failingImages = [], print = console.log }: BedOptions = {}): Promise<Bed> {
  return start(print, [...ofApiServer, ...ofCluster, ...ofArgoCd], async (scratch) => {
    const controlPlane = await startSimulated(scratch, failingImages);
    const argoCd = await startArgoCd(scratch, controlPlane);
    return {
      ...controlPlane,
      ...argoCd,
      ...ownOf(scratch),
      async application(name) {
        const state = await argoCd.application(name);
        if (state === undefined) throw new Error(`there is no Application ${name}`);
        return state;
      },
    };
  });
}

type Scratch = ReturnType<typeof openScratch>;

function ownOf({ folder, log, until, stop }: Scratch): Pick<Cluster, 'folder' | 'log' | 'until' | 'stop'> {
  return { folder, log, until, stop };
}

async function start<T>(print: (line: string) => void, standIns: readonly StandIn[], begin: (scratch: Scratch) => Promise<T>): Promise<T> {
  const started = Date.now();
  const scratch = openScratch();
  try {
    const made = await begin(scratch);
    const lines = standIns.map(({ standIn, insteadOf }) => `  ${standIn}, instead of ${insteadOf}`);
    print([`test bed started in ${((Date.now() - started) / 1000).toFixed(1)} s; what stands in for what:`, ...lines].join('\n'));
    return made;
  } catch (failure) {
    await scratch.stop();
    throw failure;
  }
}
