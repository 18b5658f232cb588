import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { App, type YamlOutputType } from 'cdk8s';
import {
  Build,
  bind,
  Cluster,
  compile,
  Environment,
  Kind,
  Platform,
  Repository,
  resolve,
  Secret,
  ServiceStack,
  type SlotValue,
  Target,
  Tier,
} from 'stagegate';
import { desiredFiles } from '../../lib/render/desired-files';

export const DIGEST = `sha256:${'5'.repeat(64)}`;
export const IMAGES = {
  api: `ghcr.io/acme/shop/api@${DIGEST}`,
  'api/proxy': `docker.io/envoyproxy/envoy@${DIGEST}`,
  web: `ghcr.io/acme/shop/web@${DIGEST}`,
};

/** A shop with all that a program may say of objects, and values that YAML's versions read differently. */
export function shop(change: (declared: { readonly api: ServiceStack; readonly prod: Environment }) => void = () => {}) {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'acme.example', metrics: 'http://prometheus.monitoring:9090' });
  const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true });
  const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.acme.example' }));
  const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('main') });
  const prod = new Environment(platform, 'prod', { tier: Tier.production, target, host: 'shop.acme.example' });
  const server = new Environment(platform, 'server', {
    tier: Tier.staging,
    target: Target.coolify({ url: 'https://coolify.acme.example' }),
  });
  const api = new ServiceStack(platform, 'api', {
    build: Build.dockerfile('api'),
    port: 8000,
    health: '/healthz',
    route: '/api',
    env: { MODE: '0o17', VERBOSE: 'yes', SIZE: '1_000', EMPTY: '', TEXT: 'two\nlines: #1\n', LONG: 'word '.repeat(60) },
    secrets: { DATABASE_URL: Secret.external('shop/{environment}/database-url') },
    egress: ['postgres.data:5432'],
    writable: ['/tmp'],
    autoscaling: { min: 2, max: 6 },
    sidecars: { proxy: { build: Build.image('docker.io/envoyproxy/envoy'), port: 9000 } },
  });
  new ServiceStack(platform, 'web', { build: Build.dockerfile('web'), port: 8080, health: '/', route: '/', uses: { API_URL: api } });
  api.override(Kind.deployment, { metadata: { annotations: { note: 'on' } } });
  api.addObjects(({ name }) => [
    {
      kind: 'Widget',
      apiVersion: 'example.com/v1',
      metadata: { name: 'wide', namespace: `shop-${name}`, labels: {} },
      spec: { b: null, a: [] },
    },
  ]);
  change({ api, prod });
  return { platform, dev, prod, server, api };
}

/** What render writes for an environment, by path, in its order. */
export function rendered(environment: Environment, values: Readonly<Record<string, SlotValue>> = {}): Map<string, string> {
  const images = Object.fromEntries(Object.entries(IMAGES).map(([name, image]) => [`image/${name}`, image]));
  const desired = bind(compile(resolve(Platform.of(environment))), { ...images, ...values });
  return new Map([...desiredFiles(desired)].filter(([path]) => path.startsWith(`${environment.environmentName}/`)));
}

const folders: string[] = [];

/** What an app writes with the program that somebody has: files below its output folder, by path. */
export function synthesised(yamlOutputType: YamlOutputType | undefined, declare: (app: App) => void): Map<string, string> {
  const outdir = mkdtempSync(join(tmpdir(), 'stagegate-synth-'));
  folders.push(outdir);
  const app = new App({ outdir, yamlOutputType });
  declare(app);
  app.synth();
  const files = readdirSync(outdir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  return new Map(files.map((file) => [relative(outdir, file), readFileSync(file, 'utf8')]));
}

export function removeSynthesised(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
}
