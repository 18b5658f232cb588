import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type ApiAccess, type KubernetesApi, kubernetesApi } from './kubernetes-api';
import { type LoadOptions, loadObjects } from './objects';
import { folderOf, program } from './programs';
import { freePorts, type Scratch } from './scratch';

/** A Kubernetes API server of its own, as cluster administrator. */
export interface ControlPlane {
  readonly api: KubernetesApi;
  /** How to reach the API server without kubectl. */
  readonly access: ApiAccess;
  /** Path of a kubeconfig. */
  readonly kubeconfig: string;
  /**
   * Runs kubectl and returns what it printed.
   * @throws with what it printed on stderr when it fails.
   */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /**
   * Applies (server-side) every object of a file, of a folder and those below it, or of a list; namespaces first.
   * @throws when the API server refuses one.
   */
  apply(source: string | readonly object[], options?: LoadOptions): Promise<void>;
}

/**
 * Starts etcd and kube-apiserver on free ports and installs the custom resource definitions.
 * With `serviceAccounts`, pods need the ServiceAccount that they name, as on a real cluster; a controller manager has to run then.
 */
export async function startControlPlane(scratch: Scratch, { serviceAccounts }: { serviceAccounts: boolean }): Promise<ControlPlane> {
  const [etcdPort, peerPort, port] = await freePorts(3);
  if (etcdPort === undefined || peerPort === undefined || port === undefined) throw new Error('no free ports');
  const folder = join(scratch.folder, 'control-plane');
  mkdirSync(folder);
  const at = (name: string): string => join(folder, name);

  const key = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  writeFileSync(at('service-accounts.key'), key.privateKey, { mode: 0o600 });
  writeFileSync(at('service-accounts.pub'), key.publicKey);
  const token = randomBytes(16).toString('hex');
  writeFileSync(at('tokens.csv'), `${token},admin,admin,system:masters\n`, { mode: 0o600 });

  const etcd = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  scratch.start({
    name: 'etcd',
    command: program('etcd'),
    args: [
      ...['--data-dir', at('etcd'), '--listen-client-urls', etcd, '--advertise-client-urls', etcd, '--listen-peer-urls', peer],
      ...['--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`, '--unsafe-no-fsync', '--log-level', 'warn'],
    ],
  });
  scratch.start({
    name: 'kube-apiserver',
    command: program('kube-apiserver'),
    args: [
      ...['--etcd-servers', etcd, '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1', '--secure-port', String(port)],
      ...['--cert-dir', at('certificates'), '--service-cluster-ip-range', '10.0.0.0/24', '--endpoint-reconciler-type', 'none'],
      ...['--service-account-issuer', 'https://kubernetes.default.svc', '--service-account-signing-key-file', at('service-accounts.key')],
      ...['--service-account-key-file', at('service-accounts.pub'), '--token-auth-file', at('tokens.csv'), '--authorization-mode', 'RBAC'],
      ...(serviceAccounts ? [] : ['--disable-admission-plugins', 'ServiceAccount']),
    ],
  });

  const certificate = at('certificates/apiserver.crt');
  const kubeconfig = at('kubeconfig');
  const cluster = { server: `https://127.0.0.1:${port}`, 'certificate-authority': certificate };
  writeFileSync(
    kubeconfig,
    stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'bed',
      clusters: [{ name: 'bed', cluster }],
      users: [{ name: 'bed', user: { token } }],
      contexts: [{ name: 'bed', context: { cluster: 'bed', user: 'bed', namespace: 'argocd' } }],
    }),
    { mode: 0o600 },
  );

  const access = { port, token, certificate };
  const api = kubernetesApi(access);
  const ready = async (): Promise<true | undefined> => (existsSync(certificate) && (await api.answers('/readyz'))) || undefined;
  await scratch.until('the API server to be ready', ready, 60_000);

  const kubectl = (args: readonly string[], input?: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const child = execFile(
        program('kubectl'),
        ['--kubeconfig', kubeconfig, ...args],
        { env: { ...scratch.env }, cwd: scratch.folder, maxBuffer: 64 * 1024 * 1024 },
        (failure, stdout, stderr) => {
          if (failure === null) resolve(stdout);
          else reject(new Error(`kubectl ${args.join(' ')}: ${stderr.trim() || failure.message}`));
        },
      );
      child.stdin?.end(input ?? '');
    });

  await kubectl(['apply', '--server-side', '--recursive', '-f', folderOf('crds')]);
  await kubectl(['wait', '--for=condition=Established', '--all', '--timeout=60s', 'customresourcedefinitions']);

  return {
    api,
    access,
    kubeconfig,
    kubectl,
    async apply(source, options) {
      const objects = loadObjects(source, options).toSorted((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'));
      // JSON: the API server's YAML is an older one, in which for instance an unquoted `on` is true.
      const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], text);
    },
  };
}

/** Starts the controller manager and the scheduler. */
export async function startControllers(scratch: Scratch, { kubeconfig }: ControlPlane): Promise<void> {
  const folder = join(scratch.folder, 'control-plane');
  const [managerPort, schedulerPort] = await freePorts(2);
  const shared = ['--kubeconfig', kubeconfig, '--leader-elect=false', '--bind-address', '127.0.0.1'];
  scratch.start({
    name: 'kube-controller-manager',
    command: program('kube-controller-manager'),
    args: [
      ...[...shared, '--secure-port', String(managerPort), '--cert-dir', join(folder, 'certificates-controller-manager')],
      ...['--service-account-private-key-file', join(folder, 'service-accounts.key')],
      ...['--root-ca-file', join(folder, 'certificates/apiserver.crt')],
      // Without a metrics server the controller would report every autoscaler as failing; autoscaler.mjs stands in for it.
      '--controllers=*,-horizontal-pod-autoscaler-controller',
    ],
  });
  scratch.start({
    name: 'kube-scheduler',
    command: program('kube-scheduler'),
    args: [...shared, '--secure-port', String(schedulerPort), '--cert-dir', join(folder, 'certificates-scheduler')],
  });
}
