import { environmentObjects } from '../../../lib/compile/kubernetes/environment-objects';
import type { KubernetesObject } from '../../../lib/desired/desired-state';
import type { PlatformModel } from '../../../lib/model/platform-model';
import { type Draft, edited, environmentOf, openluffy, placed } from '../model-fixture';

type Change = (draft: Draft<PlatformModel>) => void;

function object(kind: 'Application' | 'AppProject', environment: string, change: Change = () => {}): KubernetesObject {
  const model = edited(openluffy(), change);
  const found = environmentObjects(model, environmentOf(model, environment)).filter((candidate) => candidate.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as KubernetesObject;
}

const prod = (change: (environment: Draft<PlatformModel>['environments'][number]) => void): Change => {
  return (draft) => {
    for (const environment of draft.environments) if (environment.name === 'prod') change(environment);
  };
};

const labels = (environment: string, tier: string) => ({
  'app.kubernetes.io/managed-by': 'stagegate',
  'app.kubernetes.io/part-of': 'openluffy',
  'stagegate.dev/environment': environment,
  'stagegate.dev/tier': tier,
});

const syncOptions = ['ServerSideApply=true', 'PruneLast=true'];
const retry = { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '3m' } };

test('an environment with automatic sync follows its branch, prunes and heals', () => {
  expect(object('Application', 'dev')).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'openluffy-dev',
      namespace: 'argocd',
      annotations: { 'argocd.argoproj.io/compare-options': 'ServerSideDiff=true' },
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
      labels: { ...labels('dev', 'development'), app: 'openluffy-dev' },
    },
    spec: {
      destination: { name: 'in-cluster', namespace: 'openluffy-dev' },
      project: 'openluffy-dev',
      revisionHistoryLimit: 10,
      source: {
        directory: { recurse: true },
        path: 'manifests',
        repoURL: 'https://github.com/lebrick07/openluffy.git',
        targetRevision: 'refs/heads/env/dev',
      },
      syncPolicy: { automated: { prune: true, selfHeal: true }, retry, syncOptions },
    },
  });
});

test('an environment with manual sync has no automated sync at all, not even an empty one', () => {
  expect(object('Application', 'prod').spec).toHaveProperty('syncPolicy', { retry, syncOptions });
});

test('deleting the Application of a production tier leaves its objects running', () => {
  expect(object('Application', 'prod').metadata).not.toHaveProperty('finalizers');
  expect(object('Application', 'preprod').metadata.finalizers).toEqual(['resources-finalizer.argocd.argoproj.io']);
});

test('the Application remembers as many deployments as the environment says', () => {
  const change = prod((environment) => {
    environment.revisionHistory = 25;
  });
  expect(object('Application', 'prod', change).spec).toHaveProperty('revisionHistoryLimit', 25);
});

test('Application and AppProject read the delivery repository from its own address', () => {
  const change: Change = (draft) => {
    for (const repository of draft.repositories) repository.url = 'file:///srv/git/delivery.git';
  };
  expect(object('Application', 'dev', change).spec).toHaveProperty('source.repoURL', 'file:///srv/git/delivery.git');
  expect(object('AppProject', 'dev', change).spec).toHaveProperty('sourceRepos', ['file:///srv/git/delivery.git']);
});

test('an AppProject admits one repository, one place and the kinds of a release, and no more', () => {
  expect(object('AppProject', 'prod')).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: {
      name: 'openluffy-prod',
      namespace: 'argocd',
      finalizers: ['resources-finalizer.argocd.argoproj.io'],
      labels: labels('prod', 'production'),
    },
    spec: {
      clusterResourceWhitelist: [],
      description: 'prod of openluffy',
      destinations: [{ name: 'in-cluster', namespace: 'openluffy-prod' }],
      namespaceResourceWhitelist: [
        { group: '', kind: 'ConfigMap' },
        { group: '', kind: 'Service' },
        { group: '', kind: 'ServiceAccount' },
        { group: 'apps', kind: 'Deployment' },
        { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' },
        { group: 'cert-manager.io', kind: 'Certificate' },
        { group: 'external-secrets.io', kind: 'ExternalSecret' },
        { group: 'networking.k8s.io', kind: 'Ingress' },
        { group: 'networking.k8s.io', kind: 'NetworkPolicy' },
        { group: 'policy', kind: 'PodDisruptionBudget' },
      ],
      orphanedResources: {
        ignore: [
          { group: '', kind: 'LimitRange', name: 'environment' },
          { group: '', kind: 'ResourceQuota', name: 'environment' },
          { group: '', kind: 'Secret', name: 'openluffy-prod-tls' },
          { group: 'networking.k8s.io', kind: 'NetworkPolicy', name: 'environment.default-deny' },
          { group: 'networking.k8s.io', kind: 'NetworkPolicy', name: 'environment.dns' },
        ],
        warn: true,
      },
      sourceRepos: ['https://github.com/lebrick07/openluffy.git'],
    },
  });
});

test('kinds of added objects are admitted in the environment that has them, and in no other', () => {
  const change: Change = (draft) => {
    placed(draft, 'backend', 'prod').addedObjects.push({ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'report' } });
  };
  const kinds = (environment: string) =>
    (object('AppProject', environment, change).spec as unknown as { namespaceResourceWhitelist: unknown[] }).namespaceResourceWhitelist;
  expect(kinds('prod')).toContainEqual({ group: 'batch', kind: 'CronJob' });
  expect(kinds('prod')).toHaveLength(11);
  expect(kinds('dev')).toHaveLength(10);
});

test('the declared group may sync, and nothing else', () => {
  const change = prod((environment) => {
    environment.sync = { kind: 'manual', group: 'acme:release-engineers' };
  });
  expect(object('AppProject', 'prod', change).spec).toHaveProperty('roles', [
    {
      name: 'sync',
      description: 'may sync prod',
      groups: ['acme:release-engineers'],
      policies: ['p, proj:openluffy-prod:sync, applications, sync, openluffy-prod/openluffy-prod, allow'],
    },
  ]);
});

test('without a group nobody gets a role', () => {
  for (const environment of ['dev', 'preprod', 'prod']) expect(object('AppProject', environment).spec).not.toHaveProperty('roles');
});

test('a secret that the environment names itself is no orphan', () => {
  const change = prod((environment) => {
    environment.tls = { kind: 'secret', secret: 'wildcard' };
  });
  const { ignore } = (object('AppProject', 'prod', change).spec as unknown as { orphanedResources: { ignore: unknown[] } })
    .orphanedResources;
  expect(ignore).toContainEqual({ group: '', kind: 'Secret', name: 'wildcard' });
  expect(ignore).not.toContainEqual({ group: '', kind: 'Secret', name: 'openluffy-prod-tls' });
});
