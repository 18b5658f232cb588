/** What the provider does with one object: the steps that the engine asks for, on plain data. */

import { randomBytes } from 'node:crypto';
import { isNoKind, isNotFound } from './api.mjs';
import { checkpoint, identityOf, idOf, importable, normalized, sealed, sendable, withName } from './object.mjs';
import { CREATOR, takeover, takesByForce } from './ownership.mjs';
import { notReady } from './readiness.mjs';
import { replacing, sameName } from './replacement.mjs';
import { differences, hasUnknown, prune } from './shape.mjs';

/** Seconds that an object may take to be ready, or to be gone, unless the program says otherwise. */
const PATIENCE = 600;
const STRICT = 'fieldValidation=Strict';
const DRY = 'dryRun=All';

/** The object is there, but not as it should be: the state keeps it, and the next run goes on with it. */
export class NotInitialized extends Error {
  constructor(message, live, id) {
    super(message);
    this.live = live;
    this.id = id;
  }
}

export const cancellation = new AbortController();

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function reached({ api, unreachable }) {
  if (api !== undefined) return api;
  throw new Error(`configured Kubernetes cluster is unreachable: ${unreachable}`);
}

export async function check(settings, { inputs, before, name, seed }) {
  const object = normalized(withName(inputs, { before, name, seed }));
  if (settings.api === undefined || object.metadata.namespace !== undefined) return sealed(object);
  const found = await settings.api.mapping(object);
  if (found?.namespaced) object.metadata.namespace = settings.namespace;
  return sealed(object);
}

/** What differs between the object as last seen and the inputs, and what of it needs a new object. */
export function diff(settings, { state, oldInputs, inputs }) {
  const found = differences(prune(state, oldInputs), inputs).filter(({ path }) => !path.startsWith('__'));
  const replaced = replacing(
    inputs,
    found.map(({ path }) => path),
    settings,
  );
  return { differences: found, replaced, deleteBeforeReplace: replaced.length > 0 && sameName(oldInputs, inputs) };
}

export async function create(settings, { inputs, preview, timeout }) {
  if (preview) return { state: (await previewOfCreation(settings, inputs)) ?? inputs };
  const api = reached(settings);
  const manager = `${CREATOR}-${randomBytes(4).toString('hex')}`;
  const created = await patiently(() => (settings.upsertExistingObjects ? upsert : post)(settings, inputs, manager)).catch((failure) => {
    const advice =
      failure.reason === 'AlreadyExists'
        ? '; the resource already exists in the cluster: keep its identity with an alias if it was renamed, adopt it with pulumi import, or set upsertExistingObjects'
        : '';
    const message = conflict(failure, manager) ?? failure.message;
    throw new Error(`the resource was not successfully created by the Kubernetes API server: ${message}${advice}`);
  });
  const state = (live) => checkpoint(live, manager);
  const live = await settled(api, created, timeout, state);
  return { id: idOf(live), state: state(live) };
}

const post = async ({ api }, inputs) =>
  api.call('POST', `${await api.folderOf(inputs)}?fieldManager=${CREATOR}&${STRICT}`, sendable(inputs));

const upsert = async ({ api, enablePatchForce }, inputs, manager) =>
  api.call(
    'PATCH',
    `${await api.pathOf(inputs)}?fieldManager=${manager}&force=${enablePatchForce}&${STRICT}`,
    sendable(inputs),
    'application/apply-patch+yaml',
  );

/** Undefined when only the update itself can tell: a value, the cluster, the kind or the namespace is not there yet. */
async function previewOfCreation({ api }, inputs) {
  if (api === undefined || hasUnknown(inputs)) return undefined;
  try {
    const live = await api.call('POST', `${await api.folderOf(inputs)}?fieldManager=${CREATOR}&${STRICT}&${DRY}`, sendable(inputs));
    const { status: _status, ...object } = live;
    const { uid: _uid, creationTimestamp: _creationTimestamp, ...metadata } = live.metadata;
    return checkpoint({ ...object, metadata }, CREATOR);
  } catch (failure) {
    if (isNotFound(failure) || failure.reason === 'AlreadyExists' || failure.status === 403) return undefined;
    throw failure;
  }
}

/** A namespace or a kind that another resource makes may take a moment to be there. */
async function patiently(attempt) {
  for (let wait = 250; ; wait *= 2) {
    try {
      return await attempt();
    } catch (failure) {
      if (!isNotFound(failure) || wait > 4_000 || cancellation.signal.aborted) throw failure;
      await sleep(wait);
    }
  }
}

export async function update(settings, { id, state, inputs, preview, timeout }) {
  const manager = state.__fieldManager ?? CREATOR;
  if (preview && (settings.api === undefined || hasUnknown(inputs))) return { state: inputs };
  const api = reached(settings);
  const path = await api.pathOf(inputs);
  let live = await api.get(path);
  try {
    const taken = preview ? undefined : takeover(live, manager);
    if (taken !== undefined) live = await api.call('PATCH', path, taken, 'application/json-patch+json');
    const force = takesByForce(inputs, live, { ...settings, preview });
    const query = `fieldManager=${manager}&force=${force}&${STRICT}${preview ? `&${DRY}` : ''}`;
    live = await api.call('PATCH', `${path}?${query}`, sendable(inputs), 'application/apply-patch+yaml');
  } catch (failure) {
    const message = conflict(failure, manager) ?? failure.message;
    if (preview) throw new Error(message);
    throw new NotInitialized(`update failed: ${message}`, checkpoint(await api.get(path), manager), id);
  }
  if (!preview) live = await settled(api, live, timeout, (object) => checkpoint(object, manager), id);
  return { state: checkpoint(live, manager) };
}

function conflict({ reason, message }, manager) {
  if (reason !== 'Conflict') return undefined;
  return `server-side apply field conflict detected: the resource managed by field manager "${manager}" had an apply conflict: ${message}`;
}

/** The object as it is, undefined when it is gone. Without inputs it is imported whole. */
export async function read(settings, { urn, id, state, inputs }) {
  if (settings.api === undefined && settings.deleteUnreachable) return undefined;
  const api = reached(settings);
  const known = [inputs, state].find(({ kind }) => kind !== undefined);
  const live = await api.pathOf(known ?? identityOf(urn, id)).then(api.tryGet, (failure) => {
    if (isNoKind(failure)) return undefined;
    throw failure;
  });
  if (live === undefined) return undefined;
  const seen = inputs.kind === undefined ? importable(live) : prune(live, inputs);
  return { id: idOf(live), state: checkpoint(live, state.__fieldManager ?? CREATOR), inputs: sealed(seen) };
}

export async function remove(settings, { urn, id, state, timeout }) {
  if (settings.api === undefined && settings.deleteUnreachable) return;
  const api = reached(settings);
  try {
    const path = await api.pathOf(state.kind === undefined ? identityOf(urn, id) : state);
    await api.call('DELETE', path, { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Foreground' });
    await gone(api, path, state, timeout);
  } catch (failure) {
    if (!isNotFound(failure)) throw failure;
  }
}

async function gone(api, path, { metadata }, timeout) {
  const deadline = Date.now() + (timeout || PATIENCE) * 1_000;
  for (let wait = 50; ; wait = Math.min(wait * 2, 500)) {
    const live = await api.tryGet(path);
    if (live === undefined || (metadata?.uid !== undefined && live.metadata.uid !== metadata.uid)) return;
    if (Date.now() > deadline || cancellation.signal.aborted) {
      const finalizers = [...(live.metadata.finalizers ?? []), ...(live.spec?.finalizers ?? [])];
      throw new Error(`${path} is being deleted but is still there; its finalizers are ${finalizers.join(', ') || 'none'}`);
    }
    await sleep(wait);
  }
}

async function settled(api, object, timeout, stateOf, id = idOf(object)) {
  const deadline = Date.now() + (timeout || PATIENCE) * 1_000;
  const path = await api.pathOf(object);
  let live = object;
  for (let wait = 50; ; wait = Math.min(wait * 2, 500)) {
    const why = await notReady(live, api);
    if (why === undefined) return live;
    if (Date.now() > deadline || cancellation.signal.aborted) {
      throw new NotInitialized(`${live.kind} ${id} was applied, but did not become ready: ${why}`, stateOf(live), id);
    }
    await sleep(wait);
    live = await api.get(path);
  }
}
