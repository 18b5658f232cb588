import type { DeliveryEnvironment, KubernetesObject } from '../../desired/desired-state';
import { atLeast, type Claim, only } from './claim';
import type { Demand } from './demand';
import { at, listOf, unordered } from './object-fields';

/** Fields of an AppProject that are compared one by one below, or that decide nothing. */
const READ = [
  'clusterResourceBlacklist',
  'clusterResourceWhitelist',
  'description',
  'destinations',
  'namespaceResourceBlacklist',
  'namespaceResourceWhitelist',
  'orphanedResources',
  'roles',
  'sourceNamespaces',
  'sourceRepos',
];

/** What the Application of an environment may do, and people with it in Argo CD. */
export function projectDemands(environment: DeliveryEnvironment, project: KubernetesObject): Demand[] {
  const by = `AppProject ${project.metadata.name}`;
  const field = (name: string) => listOf(at(project, 'spec', name));
  const kinds = (name: string) => field(name).map(kindText).sort();
  const admitted = (topic: string, text: string, none: string, items: readonly string[]): Demand => ({
    topic,
    text: items.length === 0 ? none : text,
    none,
    ...(items.length === 0 ? {} : { list: items }),
    by,
    claims: [only(topic, items, 'globs')],
  });
  const denied = ['clusterResourceBlacklist', 'namespaceResourceBlacklist'].flatMap((name) => kinds(name).map((kind) => `${name} ${kind}`));
  const places = field('destinations').map((place) => {
    const namespace = String(at(place, 'namespace') ?? '*');
    return `${namespace === environment.namespace ? 'its namespace' : namespace} on ${String(at(place, 'name') ?? at(place, 'server') ?? '*')}`;
  });
  const rest = Object.entries(project.spec ?? {}).filter(([name]) => !READ.includes(name));
  return [
    admitted('sources', 'takes manifests from', 'takes no manifests', field('sourceRepos').map(String).sort()),
    admitted('destinations', 'writes to', 'writes nowhere', places.sort()),
    admitted('cluster kinds', 'writes cluster-wide', 'writes nothing cluster-wide', kinds('clusterResourceWhitelist')),
    // Without the list every kind is allowed.
    ...(at(project, 'spec', 'namespaceResourceWhitelist') === undefined
      ? [{ topic: 'kinds', text: 'writes every kind', none: '', by, claims: [] }]
      : [admitted('kinds', 'writes', 'writes no kind', kinds('namespaceResourceWhitelist'))]),
    ...denied.map(
      (one): Demand => ({
        topic: one,
        text: `never writes ${one.split(' ')[1]}`,
        none: `may write ${one.split(' ')[1]}`,
        by,
        claims: [atLeast(one)],
      }),
    ),
    admitted('powers', 'in Argo CD', 'nobody has a role in Argo CD', powers(environment, project)),
    admitted(
      'source namespaces',
      'takes Applications from',
      'takes Applications from its namespace alone',
      field('sourceNamespaces').map(String).sort(),
    ),
    ...rest.map(
      ([name, value]): Demand => ({
        topic: name,
        text: name,
        none: `no ${name}`,
        detail: JSON.stringify(value),
        by,
        claims: [claimOf(name, value)],
      }),
    ),
  ];
}

function claimOf(name: string, value: unknown): Claim {
  return atLeast(`${name} ${unordered(value)}`);
}

function kindText(item: unknown): string {
  const [group, kind] = [String(at(item, 'group') ?? ''), String(at(item, 'kind') ?? '')];
  return group === '' ? kind : `${kind} of ${group}`;
}

/**
 * What roles let groups do, `engineers: sync applications`. That the declared group may look and sync is said with the sync of the
 * environment. Policies read `p, subject, resource, action, object, effect`; who has a token of a role has the role.
 */
function powers({ syncGroup }: DeliveryEnvironment, project: KubernetesObject): string[] {
  const found = listOf(at(project, 'spec', 'roles')).flatMap((role) => {
    const groups = listOf(at(role, 'groups')).map(String);
    const holders = [
      ...groups,
      ...(listOf(at(role, 'jwtTokens')).length > 0 || groups.length === 0 ? [`tokens of role ${String(at(role, 'name'))}`] : []),
    ];
    return listOf(at(role, 'policies')).flatMap((policy) => {
      const [, , resource = '', action = '', , effect = 'allow'] = String(policy)
        .split(',')
        .map((part) => part.trim());
      if (effect !== 'allow') return [];
      const usual = resource === 'applications' && (action === 'get' || action === 'sync');
      return holders.filter((holder) => !usual || holder !== syncGroup).map((holder) => `${holder} may ${action} ${resource}`);
    });
  });
  return [...new Set(found)].sort();
}
