import { branchOfRevision, revisionOfBranch } from '../../desired/application-revision';
import type { DeliveryEnvironment, KubernetesObject } from '../../desired/desired-state';
import { atLeast, type Claim, only } from './claim';
import type { Demand } from './demand';
import { at, listOf, unordered } from './object-fields';
import { DELIVERY, listed } from './words';

/** Where nothing is synced, nothing is synced too early, or from elsewhere. */
const UNSYNCED = ['nothing is synced'];

/** What Argo CD would have to be told where it is not at work. */
const ELSEWHERE = [...UNSYNCED, 'no Argo CD'];

/** What runs, and when: as Argo CD does it, beside what is declared. */
export function syncDemands(environment: DeliveryEnvironment, bootstrap: readonly KubernetesObject[]): Demand[] {
  const { sync, syncGroup, application } = environment;
  const waits = { topic: 'sync', text: 'a person syncs', none: 'syncs by itself' };
  const waiting: Claim = atLeast('waits', 1, UNSYNCED);
  const group: Demand[] =
    sync === 'manual' && syncGroup !== undefined
      ? [
          {
            topic: 'sync group',
            text: `synced by ${syncGroup}`,
            none: 'synced by whoever Argo CD lets',
            by: DELIVERY,
            claims: [atLeast(`sync group ${syncGroup}`)],
          },
        ]
      : [];
  const object = bootstrap.find(({ kind }) => kind === 'Application');
  if (application === undefined) {
    const by = sync === 'pulumi' ? 'Pulumi applies it' : 'its target deploys it';
    return [
      { topic: 'application', text: by, none: '', claims: [atLeast(by), atLeast('no Argo CD')] },
      ...(sync === 'manual' ? [{ ...waits, by: DELIVERY, claims: [waiting] }] : []),
      ...group,
    ];
  }
  if (object === undefined)
    return [{ topic: 'application', text: 'nothing is synced', none: '', claims: UNSYNCED.map((claim) => atLeast(claim)) }];
  const automated = automatedSync(object);
  const by = `Application ${object.metadata.name}`;
  const automatic = sync === 'automatic';
  const held = (topic: string, text: string, none: string, holds: boolean): Demand => ({
    topic,
    text: holds ? text : none,
    none,
    by,
    // Where a person syncs, a person says what is corrected and removed.
    claims: holds || !automatic ? [atLeast(topic, 1, ELSEWHERE)] : [],
  });
  const ignored = listOf(at(object, 'spec', 'ignoreDifferences'));
  return [
    { topic: 'application', text: 'Argo CD syncs it', none: '', claims: [atLeast('Argo CD syncs it')] },
    ...(automated === undefined
      ? [{ ...waits, by: `${by} without automated sync`, claims: [waiting] }]
      : automatic
        ? []
        : [{ ...waits, claims: [] }]),
    held('self-heal', 'changes by hand are undone', 'changes by hand stay', automated?.selfHeal === true),
    held('prune', 'what a release no longer has is removed', 'what a release no longer has stays', automated?.prune === true),
    {
      topic: 'ignored differences',
      text: ignored.length === 0 ? 'no difference is ignored' : 'ignores',
      none: '',
      ...(ignored.length === 0 ? {} : { list: ignored.map(ignoredText).sort() }),
      by,
      claims: [only('ignored differences', ignored.map(unordered), 'names', ELSEWHERE)],
    },
    ...originDemands(environment, object, by),
    ...group,
  ];
}

/** `/spec/replicas of Deployment backend`: what no correction looks at. */
function ignoredText(difference: unknown): string {
  const fields = ['jsonPointers', 'jqPathExpressions', 'managedFieldsManagers'].flatMap((name) => listOf(at(difference, name)).map(String));
  const kind = [at(difference, 'kind'), at(difference, 'name')].filter((part) => part !== undefined).map(String);
  return `${listed(fields)} of ${kind.join(' ')}`;
}

/** What the Application follows. */
function originDemands({ branch }: DeliveryEnvironment, object: KubernetesObject, by: string): Demand[] {
  const revision = String(at(object, 'spec', 'source', 'targetRevision') ?? 'HEAD');
  const several = listOf(at(object, 'spec', 'sources')).length;
  const own = branchOfRevision(revision) === branch;
  const origin = `${String(at(object, 'spec', 'source', 'path') ?? '.')} of ${String(at(object, 'spec', 'source', 'repoURL') ?? '')}`;
  // A short name can be taken for a ref that no ruleset covers.
  const others = several > 0 ? ['several sources'] : revision === revisionOfBranch(branch) ? [] : [own ? `refs/${branch}` : revision];
  return [
    {
      topic: 'revision',
      text:
        several > 0
          ? `runs what ${several} sources say`
          : `runs what ${own && others.length > 0 ? `${branch}, or ${others[0]},` : branchOfRevision(revision)} says`,
      none: '',
      by,
      claims: [only('revisions beside its branch', others, 'names', ELSEWHERE)],
    },
    {
      topic: 'origin',
      text: `reads folder ${origin}`,
      none: '',
      by,
      claims: several > 0 ? [] : [atLeast(`manifests from ${origin}`, 1, ELSEWHERE)],
    },
  ];
}

/** `automated` is on when the field is there, even empty, unless `enabled` is false. */
function automatedSync(application: KubernetesObject): { readonly selfHeal: boolean; readonly prune: boolean } | undefined {
  const automated = at(application, 'spec', 'syncPolicy', 'automated');
  if (automated === undefined || automated === null || at(automated, 'enabled') === false) return undefined;
  return { selfHeal: at(automated, 'selfHeal') === true, prune: at(automated, 'prune') === true };
}
