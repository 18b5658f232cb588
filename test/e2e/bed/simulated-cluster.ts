import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ControlPlane } from './control-plane';
import { yamlFiles } from './objects';
import { folderOf, program } from './programs';
import { freePorts, type Scratch } from './scratch';

const capacity = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '1Ti', pods: '500' };

/** One in each of three zones, so that pods that want to be spread can be. */
const nodes = ['a', 'b', 'c'].map((zone) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: {
    name: `simulated-${zone}`,
    annotations: { 'kwok.x-k8s.io/node': 'fake' },
    labels: { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': `simulated-${zone}`, 'topology.kubernetes.io/zone': zone },
  },
  status: { allocatable: capacity, capacity },
}));

/**
 * Starts kwok with three nodes on which every pod becomes ready without running anything, except pods with one of the failing
 * images: those of a Job fail, all others look as if their container crashed again and again. Autoscalers are kept at their minimum.
 * `failingImages`: references or digests (`sha256:…`).
 */
export async function startSimulatedCluster(
  scratch: Scratch,
  controlPlane: ControlPlane,
  { failingImages }: { failingImages: readonly string[] },
): Promise<void> {
  const failing = join(scratch.folder, 'control-plane/failing-images.yaml');
  writeFileSync(
    failing,
    failingStages(failingImages)
      .map((stage) => stringify(stage))
      .join('---\n'),
  );
  const own = yamlFiles(folderOf('kwok-stages')).filter((file) => !file.endsWith('storage-class.yaml'));
  const configs = [...own, join(__dirname, 'stages.yaml'), ...(failingImages.length === 0 ? [] : [failing])];
  const [port] = await freePorts(1);

  await controlPlane.apply(nodes);
  await controlPlane.apply(yamlFiles(folderOf('kwok-stages')).filter((file) => file.endsWith('storage-class.yaml'))[0] ?? []);
  scratch.start({
    name: 'kwok',
    command: program('kwok'),
    args: [
      ...['--kubeconfig', controlPlane.kubeconfig, '--manage-all-nodes=true', '--server-address', `127.0.0.1:${port}`],
      ...configs.flatMap((file) => ['--config', file]),
    ],
  });
  const { access } = controlPlane;
  scratch.start({
    name: 'autoscaler',
    command: process.execPath,
    args: [join(__dirname, 'autoscaler.mjs'), String(access.port), access.certificate],
    env: { TOKEN: access.token },
  });
  await scratch.until(
    'the simulated nodes to be ready',
    async () => {
      const { items } = (await controlPlane.api.get('/api/v1/nodes')) as { items: readonly NodeStatus[] };
      const ready = items.filter(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'));
      return ready.length === nodes.length || undefined;
    },
    30_000,
  );
}

interface NodeStatus {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

/** What the kubelet reports of a container that ends at once each time it is started. */
const crashing = `
{{ $now := Now }}
phase: Running
startTime: {{ $now | Quote }}
conditions:
- { type: Initialized, status: "True", lastTransitionTime: {{ $now | Quote }} }
- { type: Ready, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }} }
- { type: ContainersReady, status: "False", reason: ContainersNotReady, lastTransitionTime: {{ $now | Quote }} }
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 3
  state: { waiting: { reason: CrashLoopBackOff, message: back-off restarting failed container } }
  lastState: { terminated: { exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
`;

const failed = `
{{ $now := Now }}
phase: Failed
startTime: {{ $now | Quote }}
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state: { terminated: { exitCode: 1, reason: Error, startedAt: {{ $now | Quote }}, finishedAt: {{ $now | Quote }} } }
{{ end }}
`;

function failingStages(images: readonly string[]): object[] {
  const stage = (name: string, ofJob: boolean, statusTemplate: string): object => ({
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'Stage',
    metadata: { name },
    spec: {
      resourceRef: { apiGroup: 'v1', kind: 'Pod' },
      selector: {
        matchExpressions: [
          { key: '.metadata.deletionTimestamp', operator: 'DoesNotExist' },
          { key: '.status.phase', operator: 'In', values: ['Pending'] },
          { key: '.metadata.ownerReferences.[].kind', operator: ofJob ? 'In' : 'NotIn', values: ['Job'] },
          { key: '.spec.containers[].image | ., (split("@") | .[1])', operator: 'In', values: images },
        ],
      },
      // kwok's rule that makes a pod ready fits as well and has weight 0: the heavier one is taken.
      weight: 1,
      next: { statusTemplate },
    },
  });
  return [stage('failing-image', false, crashing), stage('failing-image-of-a-job', true, failed)];
}
