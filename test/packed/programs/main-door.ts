import { equal } from 'node:assert/strict';
import {
  Build,
  Cluster,
  compile,
  Environment,
  type KubernetesObject,
  Platform,
  Repository,
  resolve,
  ServiceStack,
  Target,
  Tier,
} from 'stagegate';

export const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'acme.example' });
const repository = new Repository(platform, 'shop', { name: 'acme/shop', delivery: true });
const target = Target.kubernetes(Cluster.argoCd('in-cluster', { url: 'https://argocd.acme.example' }));
export const dev = new Environment(platform, 'dev', { tier: Tier.development, target, source: repository.branch('main') });
new ServiceStack(platform, 'api', { build: Build.dockerfile('api'), port: 8080, health: '/healthz', route: '/' });

const objects: readonly KubernetesObject[] = compile(resolve(platform)).environments.flatMap(({ bootstrap }) => bootstrap);
equal(objects[0]?.kind, 'Namespace');
