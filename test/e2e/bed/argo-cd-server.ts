import { createHmac, randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Bed } from '.';
import { folderOf, program } from './programs';
import { freePorts, openScratch } from './scratch';

/** Somebody who has logged in: his name, and the groups that single sign-on says he is in. */
export interface Session {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What Argo CD's server answered. */
export interface ServerAnswer {
  readonly status: number;
  /** Why not; empty when it did what was asked. */
  readonly message: string;
}

/** Argo CD's own server, which asks who calls: what lies behind its user interface. */
export interface ArgoCdServer {
  /** The Sync button; without a revision, to what the Application follows. */
  sync(session: Session, application: string, revision?: string): Promise<ServerAnswer>;
  stop(): Promise<void>;
}

/**
 * Starts Argo CD's server beside a bed. Everybody may look; whatever else somebody may is for the AppProjects to say.
 * Single sign-on does not run: sessions are signed with the server's own key, and name the groups as a token of single sign-on does.
 *
 * @param people Who may log in.
 */
export async function startArgoCdServer(bed: Bed, people: readonly string[]): Promise<ArgoCdServer> {
  const scratch = openScratch();
  const [port, metricsPort, redisPort, repoPort, repoMetrics] = await freePorts(5);
  const accounts = Object.fromEntries(people.map((name) => [`accounts.${name}`, 'login']));
  await configure(bed, 'argocd-cm', accounts);
  await configure(bed, 'argocd-rbac-cm', { 'policy.default': 'role:readonly' });
  const folders = Object.fromEntries(['tls', 'ssh', 'plugins', 'gpg'].map((name) => [name, join(scratch.folder, name)]));
  for (const made of Object.values(folders)) mkdirSync(made);
  const env = {
    KUBECONFIG: bed.kubeconfig,
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_TLS_DATA_PATH: folders.tls ?? '',
    ARGOCD_SSH_DATA_PATH: folders.ssh ?? '',
    ARGOCD_PLUGINSOCKFILEPATH: folders.plugins ?? '',
    ARGOCD_GNUPGHOME: folders.gpg ?? '',
    ARGOCD_GPG_ENABLED: 'false',
  };
  const redis = ['--redis', `127.0.0.1:${redisPort}`];
  scratch.start({ name: 'miniredis', command: program('miniredis'), args: ['-port', String(redisPort)] });
  // Looks up what a branch is at for whoever syncs it; the bed's own serves the controller.
  scratch.start({
    name: 'argocd-repo-server',
    command: join(folderOf('argocd'), 'argocd-repo-server'),
    args: [
      ...['--address', '127.0.0.1', '--port', String(repoPort), '--metrics-address', '127.0.0.1', '--metrics-port', String(repoMetrics)],
      ...[...redis, '--disable-tls', '--revision-cache-expiration', '2s'],
    ],
    env,
  });
  scratch.start({
    name: 'argocd-server',
    command: join(folderOf('argocd'), 'argocd'),
    args: [
      ...['--insecure', '--address', '127.0.0.1', '--port', String(port), ...redis, '--staticassets', scratch.folder],
      ...['--metrics-address', '127.0.0.1', '--metrics-port', String(metricsPort)],
      ...['--repo-server', `127.0.0.1:${repoPort}`, '--repo-server-plaintext'],
    ],
    env: { ...env, ARGOCD_BINARY_NAME: 'argocd-server' },
  });
  const address = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<true | undefined> =>
    (await fetch(`${address}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    )) || undefined;
  try {
    await scratch.until("Argo CD's server to answer", answers, 60_000);
  } catch (failure) {
    await scratch.stop();
    throw failure;
  }
  const secret = await bed.kubectl(['-n', 'argocd', 'get', 'secret', 'argocd-secret', '-o', 'jsonpath={.data.server\\.secretkey}']);
  const key = Buffer.from(secret, 'base64');
  return {
    async sync(session, application, revision = '') {
      const response = await fetch(`${address}/api/v1/applications/${application}/sync`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token(session, key)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ revision, prune: true }),
      });
      const { message = '' } = (await response.json()) as { readonly message?: string };
      return { status: response.status, message };
    },
    stop: () => scratch.stop(),
  };
}

async function configure(bed: Bed, name: string, data: Readonly<Record<string, string>>): Promise<void> {
  const labels = { 'app.kubernetes.io/part-of': 'argocd', 'app.kubernetes.io/name': name };
  await bed.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'argocd', labels }, data }]);
}

/** A session as the server itself signs it. */
function token({ name, groups }: Session, key: Buffer): string {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: 'argocd', sub: `${name}:login`, jti: randomUUID(), iat: now, nbf: now, exp: now + 3600, groups };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
}
