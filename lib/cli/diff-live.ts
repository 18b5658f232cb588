import type { DesiredEnvironment, DesiredService, KubernetesObject } from '../desired/desired-state';
import { secretsIn, withoutQuoted } from '../diff/concealment';
import type { Difference } from '../diff/difference';
import { isRecord, listAt, textAt } from '../diff/json';
import { kindKey, objectKey, type PlacedObject, placedObjects } from '../diff/matching/placed-object';
import { overlaid } from '../diff/overlaid';
import { placeOfObject } from '../diff/places';
import type { Json } from '../model/platform-model';
import { type Kubectl, kubectlFailed } from './kubectl';

/** An environment as the cluster has it, and as it would have it after everything was applied. */
export interface LiveComparison {
  readonly base: DesiredEnvironment;
  readonly head: DesiredEnvironment;
  readonly notCompared: Difference['notCompared'];
}

/** Who Argo CD is to the API server when it applies. */
const ARGO_CD = 'argocd-controller';
/** Who this comparison is to it, for objects that nobody has applied on the server's side. */
const OURSELVES = 'stagegate';

/**
 * Compares an environment with its cluster: each object that is there with what a dry run on the server makes of it, so that only what is
 * declared, or was, can differ. What is not there is created; what is labelled as the environment's and no longer declared is deleted.
 *
 * @param desired the environment with every slot filled
 * @throws DeliveryError of kind `outside` when the cluster cannot be read.
 */
export async function liveComparison(kubectl: Kubectl, desired: DesiredEnvironment): Promise<LiveComparison> {
  const resources = await resourcesOf(kubectl);
  const all = placedObjects(desired);
  const known = all.filter(({ object }) => resources.has(kindKey(object)));
  const live = await liveObjects(kubectl, desired, known, resources);
  const present = known.flatMap((placed) => {
    const there = live.get(objectKey(placed.object));
    return there === undefined ? [] : [{ placed, live: there }];
  });
  const { applied, refused } = await dryRun(kubectl, present);
  const wanted = new Set(all.map(({ object }) => objectKey(object)));
  const extra = [...live.values()].filter((object) => !wanted.has(objectKey(object)) && belongsTo(object, desired.name));
  const base = [...present.map(({ placed, live: object }) => ({ ...placed, object })), ...extra.map(placedByLabel)];
  const head = known.map((placed) => ({ ...placed, object: applied.get(objectKey(placed.object)) ?? placed.object }));
  return {
    base: environmentWith(desired, base),
    head: environmentWith(desired, head),
    notCompared: [...unknownKinds(all, resources), ...refused, ...unownedFields(present)],
  };
}

/** Names of the resources that the cluster has, by group and kind, and whether they lie in namespaces. */
type Resources = ReadonlyMap<string, { readonly name: string; readonly namespaced: boolean }>;

async function resourcesOf(kubectl: Kubectl): Promise<Resources> {
  const args = ['api-resources', '--no-headers=true'];
  // It fails as well when one of many groups does not answer, and prints the others.
  const { code, stdout, stderr } = await kubectl.tryRun(args);
  if (code !== 0 && stdout.trim() === '') kubectlFailed(args, stderr);
  return new Map(
    stdout.split('\n').flatMap((line) => {
      const words = line.trim().split(/\s+/);
      const [name, version, namespaced, kind] = [words[0], words.at(-3), words.at(-2), words.at(-1)];
      if (name === undefined || version === undefined || kind === undefined) return [];
      const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : '';
      return [[`${group}/${kind}`, { name, namespaced: namespaced === 'true' }] as const];
    }),
  );
}

/** Everything of the environment's namespace in the kinds that it may hold, and what lies elsewhere by its name. */
async function liveObjects(
  kubectl: Kubectl,
  desired: DesiredEnvironment,
  known: readonly PlacedObject[],
  resources: Resources,
): Promise<ReadonlyMap<string, KubernetesObject>> {
  const namespace = namespaceOf(desired);
  const inNamespace = (object: KubernetesObject): boolean => namespace !== undefined && object.metadata.namespace === namespace;
  const elsewhere = known.filter(({ object }) => !inNamespace(object)).map(({ object }) => object);
  const found = new Map<string, KubernetesObject>();
  const add = (text: string): void => {
    if (text.trim() === '') return;
    const answer = JSON.parse(text) as unknown;
    const items = textAt(answer, 'kind') === 'List' ? listAt(answer, 'items') : [answer];
    for (const item of items)
      if (isRecord(item)) found.set(objectKey(item as unknown as KubernetesObject), item as unknown as KubernetesObject);
  };
  const read = ['--show-managed-fields', '--output=json'];
  if (elsewhere.length > 0) add(await kubectl.run(['get', '--ignore-not-found', ...read, '--filename=-'], listOf(elsewhere)));
  const names = [
    ...kindsIn(
      desired,
      known.filter(({ object }) => inNamespace(object)),
      resources,
    ),
  ];
  if (namespace !== undefined && names.length > 0)
    add(await kubectl.run(['get', names.sort().join(), `--namespace=${namespace}`, ...read]));
  return found;
}

/** The namespace that the environment's services run in. */
function namespaceOf(desired: DesiredEnvironment): string | undefined {
  const [service] = desired.services.flatMap(({ objects }) => objects);
  return service?.metadata.namespace ?? desired.bootstrap.find(({ kind }) => kind === 'Namespace')?.metadata.name;
}

/** Resources to list: in the version that is declared, and those that the environment's project allows, in the cluster's own. */
function kindsIn(desired: DesiredEnvironment, declared: readonly PlacedObject[], resources: Resources): ReadonlySet<string> {
  const names = new Map<string, string>();
  const project = desired.bootstrap.find(({ kind }) => kind === 'AppProject');
  for (const allowed of listAt(project, 'spec', 'namespaceResourceWhitelist')) {
    const key = `${textAt(allowed, 'group') ?? ''}/${textAt(allowed, 'kind') ?? ''}`;
    const resource = resources.get(key);
    if (resource?.namespaced === true) names.set(key, resource.name);
  }
  for (const { object } of declared) {
    const key = kindKey(object);
    const [resource, version] = [resources.get(key), object.apiVersion.slice(object.apiVersion.indexOf('/') + 1)];
    const [plural = '', ...group] = resource?.name.split('.') ?? [];
    names.set(key, [plural, version, ...group].join('.') + (group.length === 0 ? '.' : ''));
  }
  return new Set(names.values());
}

interface Present {
  readonly placed: PlacedObject;
  readonly live: KubernetesObject;
}

/** What the server would make of the objects, each in the name of whoever applied it, so that what it no longer says goes. */
async function dryRun(
  kubectl: Kubectl,
  present: readonly Present[],
): Promise<{ readonly applied: ReadonlyMap<string, KubernetesObject>; readonly refused: Difference['notCompared'] }> {
  const byManager = new Map<string, Present[]>();
  for (const one of present) {
    const manager = managerOf(one.live) ?? OURSELVES;
    byManager.set(manager, [...(byManager.get(manager) ?? []), one]);
  }
  const applied = new Map<string, KubernetesObject>();
  const refused: { what: string; why: string }[] = [];
  for (const [manager, objects] of byManager) {
    const apply = [
      'apply',
      '--server-side',
      '--dry-run=server',
      '--force-conflicts',
      `--field-manager=${manager}`,
      '--output=json',
      '--filename=-',
    ];
    const answer = await kubectl.tryRun(apply, listOf(objects.map(({ placed }) => placed.object)));
    for (const object of answersOf(answer.stdout)) applied.set(objectKey(object), object);
    for (const { placed, live } of objects) {
      if (applied.has(objectKey(placed.object))) continue;
      const alone = await kubectl.tryRun(apply, listOf([placed.object]));
      const [object] = answersOf(alone.stdout);
      if (object !== undefined) {
        applied.set(objectKey(object), object);
        continue;
      }
      if (isOutside(alone.stderr)) kubectlFailed(apply, alone.stderr);
      applied.set(objectKey(placed.object), overlaid(live, placed.object));
      refused.push({
        what: `what the API server makes of ${placed.object.kind} ${placed.object.metadata.name}`,
        why: `it refuses the change: ${refusalOf(alone.stderr, [live, placed.object])}`,
      });
    }
  }
  return { applied, refused };
}

/** What the server says, in a line: its first, as what it refuses may follow over many. It quotes that, at times a whole template with all variables. */
function refusalOf(stderr: string, objects: readonly KubernetesObject[]): string {
  const known = objects.flatMap((object) => secretsIn(placeOfObject(object), object as unknown as Json));
  const lines = withoutQuoted(known, stderr).trim().split('\n');
  return (lines.find((line) => /^(?:Error|The) /.test(line)) ?? lines.at(-1) ?? '').slice(0, 300);
}

/** One answer is an object, several are one document after the other, or a list. */
function answersOf(stdout: string): readonly KubernetesObject[] {
  const documents = stdout.trim() === '' ? [] : stdout.trim().split(/\n(?=\{)/);
  return documents.flatMap((text) => {
    const answer = JSON.parse(text) as unknown;
    return (textAt(answer, 'kind') === 'List' ? listAt(answer, 'items') : [answer]) as unknown as readonly KubernetesObject[];
  });
}

/** Whether a call failed because of the cluster or of rights, and not because of what was applied. */
function isOutside(stderr: string): boolean {
  return /Unable to connect|connection refused|\(Unauthorized\)|forbidden: User "|i\/o timeout|no such host|must be logged in/i.test(
    stderr,
  );
}

/** Who applies an object on the server's side: Argo CD, or the only one who does. */
function managerOf(live: KubernetesObject): string | undefined {
  const managers = listAt(live, 'metadata', 'managedFields').flatMap((entry) =>
    textAt(entry, 'operation') === 'Apply' && (textAt(entry, 'subresource') ?? '') === '' ? (textAt(entry, 'manager') ?? []) : [],
  );
  if (managers.includes(ARGO_CD)) return ARGO_CD;
  return managers.length === 1 ? managers[0] : undefined;
}

function belongsTo({ metadata }: KubernetesObject, environment: string): boolean {
  const labels = metadata.labels ?? {};
  const isControlled = listAt({ metadata }, 'metadata', 'ownerReferences').length > 0;
  return labels['app.kubernetes.io/managed-by'] === 'stagegate' && labels['stagegate.dev/environment'] === environment && !isControlled;
}

/** Objects of a service bear its name. */
function placedByLabel(object: KubernetesObject): PlacedObject {
  const service = object.metadata.labels?.['app.kubernetes.io/name'];
  return service === undefined ? { object } : { object, service };
}

function environmentWith(desired: DesiredEnvironment, objects: readonly PlacedObject[]): DesiredEnvironment {
  const services = new Map<string, KubernetesObject[]>();
  const bootstrap: KubernetesObject[] = [];
  for (const { object, service } of objects) {
    if (service === undefined) bootstrap.push(object);
    else services.set(service, [...(services.get(service) ?? []), object]);
  }
  const found = [...services].map(([name, own]): DesiredService => ({ name, objects: own, overridden: [] }));
  return { ...desired, bootstrap, services: found };
}

function unknownKinds(all: readonly PlacedObject[], resources: Resources): Difference['notCompared'] {
  const kinds = new Set(
    all.filter(({ object }) => !resources.has(kindKey(object))).map(({ object }) => `${object.kind} of ${object.apiVersion}`),
  );
  return [...kinds].sort().map((what) => ({ what, why: 'the cluster does not know this kind' }));
}

function unownedFields(present: readonly Present[]): Difference['notCompared'] {
  const count = present.filter(({ live }) => managerOf(live) === undefined).length;
  if (count === 0) return [];
  return [
    {
      what: `fields that are no longer declared, of ${count === 1 ? 'an object' : `${count} objects`}`,
      why: 'nobody, or more than one, has applied them on the server side, so that it is not known whose fields they are',
    },
  ];
}

function listOf(objects: readonly KubernetesObject[]): string {
  return JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
}
