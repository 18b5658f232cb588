import { parseAllDocuments } from 'yaml';
import { type ChecklistItem, productionChecklist } from './checklist';
import { branchRef, type Delivery, environmentNamed, shortCommit } from './delivery';
import { type ImageChange, imageChanges, type ObjectChange, objectChanges } from './difference';
import { refuseDelivery, wrongUse } from './error';
import { readFacts } from './facts';
import { policyGates } from './gates';
import { observeHealth } from './health';
import { tryReleaseAt } from './release';
import type { Files } from './store';

/** What a sync of an environment would do. */
export interface SyncPlan {
  readonly environment: string;
  readonly release?: string;
  /** Head of the environment's branch: the only commit that may be synced. */
  readonly revision: string;
  /** Commit that runs now; absent before the first sync. */
  readonly synced?: string;
  readonly changes: readonly ObjectChange[];
  readonly images: readonly ImageChange[];
  /** For production tiers. */
  readonly checklist: readonly ChecklistItem[];
  /** Secrets that the manifests name and that are neither there nor brought by the sync; undefined when the target cannot tell. */
  readonly absentSecrets: readonly string[] | undefined;
}

/** What differs between what runs in an environment and what its branch says. */
export async function planSync(delivery: Delivery, environment: string): Promise<SyncPlan> {
  const { desired, store, target } = delivery;
  const { branch } = environmentNamed(desired, environment);
  const revision = (await store.tryRef(branchRef(branch))) ?? refuseDelivery(`${branch} does not exist`, 'run `stagegate bootstrap`');
  const { observation } = await observeHealth(delivery, environment);
  const synced = observation.revision;
  const [now, then, release, running] = await Promise.all([
    synced === undefined ? new Map<string, string>() : store.files(synced, 'manifests'),
    store.files(revision, 'manifests'),
    tryReleaseAt(delivery, revision),
    synced === undefined ? undefined : tryReleaseAt(delivery, synced),
  ]);
  const present = await target.presentSecrets?.(environment).catch(() => undefined);
  return {
    environment,
    ...(release && { release: release.id }),
    revision,
    ...(synced && { synced }),
    changes: objectChanges(now, then),
    images: imageChanges(running?.images, release?.images),
    checklist: release ? await syncChecklist(delivery, environment, release) : [],
    absentSecrets: present && absentSecrets(then, present),
  };
}

async function syncChecklist(
  delivery: Delivery,
  environment: string,
  release: NonNullable<Awaited<ReturnType<typeof tryReleaseAt>>>,
): Promise<readonly ChecklistItem[]> {
  const facts = await readFacts(delivery, environment);
  const edge = facts.edges.find((one) => facts.from.get(one.from)?.some((deployment) => deployment.release?.id === release.id));
  const candidate = { release, lane: 'normal' as const, ...(edge && { edge }) };
  const gates = await policyGates(delivery, facts, candidate, undefined);
  const merged = facts.into[0]?.release?.id === release.id;
  const proved = gates.map((gate) =>
    merged && gate.kind === 'approvals'
      ? { ...gate, state: 'success' as const, reason: `approved before the merge of ${shortCommit(facts.into[0]?.commit.id ?? '')}` }
      : gate,
  );
  return productionChecklist(facts, candidate, proved);
}

/** Names of Secrets that workloads refer to, less those present and those that an ExternalSecret or a Secret of the same manifests makes. */
export function absentSecrets(manifests: Files, present: readonly string[]): readonly string[] {
  const wanted = new Set<string>();
  const made = new Set(present);
  for (const text of manifests.values()) {
    for (const document of parseAllDocuments(text)) {
      const object = document.toJS() as unknown;
      if (isRecord(object)) {
        const name = isRecord(object.metadata) ? object.metadata.name : undefined;
        const spec = isRecord(object.spec) ? object.spec : {};
        const target = isRecord(spec.target) ? spec.target.name : undefined;
        if (object.kind === 'Secret' || object.kind === 'ExternalSecret') made.add(String(target ?? name));
        if (object.kind === 'Certificate') made.add(String(spec.secretName));
        if (object.kind !== 'ExternalSecret') collect(object, wanted);
      }
    }
  }
  return [...wanted].filter((name) => !made.has(name)).sort();
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const REFERENCES = new Set(['secretKeyRef', 'secretRef']);

function collect(value: unknown, found: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) collect(one, found);
  if (!isRecord(value)) return;
  for (const [key, inner] of Object.entries(value)) {
    if (REFERENCES.has(key) && isRecord(inner) && inner.optional !== true && typeof inner.name === 'string') found.add(inner.name);
    if (key === 'secretName' && typeof inner === 'string') found.add(inner);
    if (key === 'imagePullSecrets' && Array.isArray(inner))
      for (const one of inner) if (isRecord(one) && typeof one.name === 'string') found.add(one.name);
    collect(inner, found);
  }
}

export interface SyncRequest {
  /** Login of the person. */
  readonly by: string;
  /** The plan's revision: what the person saw is what is synced. */
  readonly revision: string;
  /** Whether nobody was asked to confirm, as with `--yes`. */
  readonly unattended: boolean;
  readonly reason?: string;
}

/**
 * Starts a person's sync of a manual environment to the head of its branch.
 *
 * @throws DeliveryError when the environment syncs by itself, the head has moved since the plan, the person is not of the group that may
 * sync, or nobody was asked in a production tier and no reason was given
 */
export async function startSync(delivery: Delivery, environment: string, request: SyncRequest): Promise<void> {
  const declared = environmentNamed(delivery.desired, environment);
  if (declared.sync !== 'manual') wrongUse(`${environment} syncs by itself`, `follow it: stagegate monitor ${environment}`);
  if (request.by === 'admin')
    refuseDelivery('admin is an account that several people share', 'sync under your own login, so that the record names you');
  if (request.unattended && declared.tier === 'production' && !request.reason?.trim()) {
    refuseDelivery(`a sync of ${environment} without being asked needs a reason`, 'give --reason, or leave --yes out and confirm');
  }
  if (declared.syncGroup !== undefined) {
    const members = await delivery.host.tryTeam(declared.syncGroup);
    if (!members?.some((member) => member.toLowerCase() === request.by.toLowerCase()))
      refuseDelivery(`${request.by} is not in ${declared.syncGroup}, who may sync ${environment}`, `ask somebody of ${declared.syncGroup}`);
  }
  const head = await delivery.store.tryRef(branchRef(declared.branch));
  if (head !== request.revision)
    refuseDelivery(
      `${declared.branch} moved to ${shortCommit(head ?? '')} since what differs was shown`,
      'look at it again; only the head may be synced',
    );
  await delivery.target.sync(environment, request.revision, request.by);
}
