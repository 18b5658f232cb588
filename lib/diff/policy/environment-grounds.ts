import { branchOfRevision, revisionOfBranch } from '../../desired/application-revision';
import type { DeliveryEnvironment, KubernetesObject } from '../../desired/desired-state';
import { durationText } from '../../values/duration';
import { atLeast, type Claim, only } from './claim';
import type { Correspondence } from './correspondence';
import type { Demand, Ground } from './demand';
import { floorDemands } from './floor-demands';
import { at, listOf, unordered } from './object-fields';
import { projectDemands } from './project-demands';
import { listed } from './words';

/** What is demanded in the environments that are there before and after: how they sync, what Argo CD may do there, what the cluster refuses. */
export function environmentGrounds(sides: Correspondence, which: 'base' | 'head'): readonly Ground[] {
  const { desired } = sides[which];
  return sides.environments.flatMap((pair): Ground[] => {
    const environment = pair[which];
    const bootstrap = desired.environments.find(({ name }) => name === environment.name)?.bootstrap ?? [];
    const ground = (key: string, what: string, demands: readonly Demand[]): Ground => ({
      key: `${key} ${pair.head.name}`,
      name: environment.name,
      around: [what, ''],
      place: { kind: 'environment', name: pair.head.name },
      demands,
    });
    const project = bootstrap.find(({ kind }) => kind === 'AppProject');
    return [
      ground('environment', '', [...settingDemands(environment), ...syncDemands(environment, bootstrap)]),
      ...(project === undefined ? [] : [ground('project', 'AppProject of ', projectDemands(environment, project))]),
      ...floorDemands(environment, bootstrap).map(({ what, demands }) => ground(what, `${what} of `, demands)),
    ];
  });
}

/** Enforces what no setting of a host does. */
const DELIVERY = 'the delivery app';

const TIERS = ['development', 'staging', 'production'] as const;

function settingDemands({ tier, lifecycle, health, admit }: DeliveryEnvironment): Demand[] {
  const takes = lifecycle === 'active' || lifecycle === 'deprecated' ? 'takes releases' : `is ${lifecycle}`;
  return [
    // Rules demand the more of an environment the higher its tier, and the program needs what edges into production ask for.
    { topic: 'tier', text: `tier ${tier}`, none: '', claims: [atLeast('tier', TIERS.indexOf(tier))] },
    { topic: 'lifecycle', text: takes, none: '', claims: [atLeast(takes)] },
    {
      topic: 'health timeout',
      text: `a release without health fails after ${durationText(health.timeoutSeconds)}`,
      none: '',
      by: DELIVERY,
      claims: [atLeast('health timeout', -health.timeoutSeconds)],
    },
    { topic: 'health', text: `health is ${health.mode}`, none: '', claims: [atLeast(`health ${health.mode}`)] },
    ...(admit === 'after-soak'
      ? [
          {
            topic: 'admit',
            text: 'a newer release waits until the present one has soaked',
            none: 'a newer release need not wait for the present one to soak',
            by: DELIVERY,
            claims: [atLeast('admit after soak')],
          },
        ]
      : []),
  ];
}

/** Where nothing is synced, nothing is synced too early, or from elsewhere. */
const UNSYNCED = ['nothing is synced'];

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
  if (application === undefined) return [...(sync === 'manual' ? [{ ...waits, claims: [waiting] }] : []), ...group];
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
    claims: holds || !automatic ? [atLeast(topic, 1, UNSYNCED)] : [],
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
      claims: [only('ignored differences', ignored.map(unordered), 'names', UNSYNCED)],
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
      claims: [only('revisions beside its branch', others, 'names', UNSYNCED)],
    },
    {
      topic: 'origin',
      text: `manifests from ${origin}`,
      none: '',
      by,
      claims: several > 0 ? [] : [atLeast(`manifests from ${origin}`, 1, UNSYNCED)],
    },
  ];
}

/** `automated` is on when the field is there, even empty, unless `enabled` is false. */
function automatedSync(application: KubernetesObject): { readonly selfHeal: boolean; readonly prune: boolean } | undefined {
  const automated = at(application, 'spec', 'syncPolicy', 'automated');
  if (automated === undefined || automated === null || at(automated, 'enabled') === false) return undefined;
  return { selfHeal: at(automated, 'selfHeal') === true, prune: at(automated, 'prune') === true };
}
