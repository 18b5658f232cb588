import type { Delivery } from './delivery';
import { branchRef } from './delivery';
import { outside } from './error';
import type { Actor } from './host';
import { ACTOR, COMMIT, DIGEST, RELEASE_ID, type RecordFile, recordFile, TEXT, TIME } from './record';

/** Who did something, when, and why. */
export interface Decision {
  readonly by: Actor;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly reason: string;
}

/** A release in the order in which releases were made. */
export interface RegisteredRelease {
  readonly id: string;
  readonly environment: string;
}

/** What must not run again: the manifests of an environment, or images by digest, wherever they are. */
export interface QuarantineEntry extends Decision {
  readonly key:
    | { readonly kind: 'tree'; readonly environment: string; readonly tree: string }
    | { readonly kind: 'image'; readonly digest: string };
  /** The release that it was found in. */
  readonly release: string;
  readonly lifted?: Decision;
}

/** A stop: of a release in an environment and downstream of it, or of everything into an environment. */
export interface HoldEntry extends Decision {
  readonly environment: string;
  readonly release?: string;
  readonly released?: Decision;
}

/** That a suite ran against an environment for a release. */
export interface VerificationEntry {
  readonly environment: string;
  readonly release: string;
  readonly suite: string;
  readonly conclusion: 'success' | 'failure';
  readonly by: Actor;
  readonly at: string;
  readonly link?: string;
}

/** What was asked of an environment: that a release goes there, or goes back. */
export interface RequestEntry {
  readonly environment: string;
  readonly release: string;
  readonly lane: Lane;
  readonly by: Actor;
  readonly at: string;
  readonly reason?: string;
  /** For a rollback: release that is replaced, and the head of the environment's branch on which it was asked. Void once the head has moved. */
  readonly replaces?: string;
  readonly base?: string;
}

export type Lane = 'normal' | 'manual-rollback' | 'automatic-rollback';

/** Everything that the state branch holds. */
export interface DeliveryState {
  readonly releases: readonly RegisteredRelease[];
  readonly quarantine: readonly QuarantineEntry[];
  readonly holds: readonly HoldEntry[];
  readonly verifications: readonly VerificationEntry[];
  readonly requests: readonly RequestEntry[];
}

const DECISION = { by: ACTOR, at: TIME, reason: TEXT } as const;
const DECIDED = { type: 'object', additionalProperties: false, required: ['by', 'at', 'reason'], properties: DECISION } as const;

function list<T>(required: readonly string[], properties: object): RecordFile<readonly T[]> {
  return recordFile<readonly T[]>({ type: 'array', items: { type: 'object', additionalProperties: false, required, properties } });
}

const FILES: { readonly [K in keyof DeliveryState]: RecordFile<DeliveryState[K]> } = {
  releases: list<RegisteredRelease>(['id', 'environment'], { id: RELEASE_ID, environment: TEXT }),
  quarantine: list<QuarantineEntry>(['key', 'release', 'by', 'at', 'reason'], {
    ...DECISION,
    key: {
      oneOf: [
        {
          type: 'object',
          additionalProperties: false,
          required: ['kind', 'environment', 'tree'],
          properties: { kind: { const: 'tree' }, environment: TEXT, tree: COMMIT },
        },
        {
          type: 'object',
          additionalProperties: false,
          required: ['kind', 'digest'],
          properties: { kind: { const: 'image' }, digest: DIGEST },
        },
      ],
    },
    release: RELEASE_ID,
    lifted: DECIDED,
  }),
  holds: list<HoldEntry>(['environment', 'by', 'at', 'reason'], { ...DECISION, environment: TEXT, release: RELEASE_ID, released: DECIDED }),
  verifications: list<VerificationEntry>(['environment', 'release', 'suite', 'conclusion', 'by', 'at'], {
    environment: TEXT,
    release: RELEASE_ID,
    suite: TEXT,
    conclusion: { enum: ['success', 'failure'] },
    by: ACTOR,
    at: TIME,
    link: TEXT,
  }),
  requests: list<RequestEntry>(['environment', 'release', 'lane', 'by', 'at'], {
    environment: TEXT,
    release: RELEASE_ID,
    lane: { enum: ['normal', 'manual-rollback', 'automatic-rollback'] },
    by: ACTOR,
    at: TIME,
    reason: TEXT,
    replaces: RELEASE_ID,
    base: COMMIT,
  }),
};

const NAMES = Object.keys(FILES) as (keyof DeliveryState)[];
const EMPTY: DeliveryState = { releases: [], quarantine: [], holds: [], verifications: [], requests: [] };
const README =
  'Written by the delivery app: releases in their order, quarantine, holds, verifications, requests. Change it with `stagegate`, never by hand.\n';
const ATTEMPTS = 30;

type StateReader = Pick<Delivery, 'desired' | 'store'>;
type StateWriter = Pick<Delivery, 'desired' | 'store' | 'host'>;

function stateRef(reader: StateReader): string {
  return branchRef(reader.desired.stateBranch);
}

/** What the state branch holds now; nothing before bootstrap. */
export async function readState(reader: StateReader): Promise<DeliveryState> {
  return stateAt(reader, await reader.store.tryRef(stateRef(reader)));
}

async function stateAt(reader: StateReader, head: string | undefined): Promise<DeliveryState> {
  if (head === undefined) return EMPTY;
  const state: { -readonly [K in keyof DeliveryState]: DeliveryState[K] } = { ...EMPTY };
  const put = async <K extends keyof DeliveryState>(name: K): Promise<void> => {
    const text = await reader.store.tryFile(head, `${name}.yaml`);
    if (text !== undefined) state[name] = FILES[name].read(text, `${name}.yaml of ${reader.desired.stateBranch}`);
  };
  for (const name of NAMES) await put(name);
  return state;
}

/**
 * Changes the state branch: `change` gets what it holds and gives what it should hold, or the same object when nothing is to be done.
 * Somebody else may write between; then `change` is asked again with the newer state, so it must find its own entry if it is already there.
 *
 * @returns what the branch holds afterwards
 */
export async function changeState(
  writer: StateWriter,
  message: string,
  change: (state: DeliveryState) => DeliveryState,
): Promise<DeliveryState> {
  const { store, host } = writer;
  const ref = stateRef(writer);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const head = await store.tryRef(ref);
    const before = await stateAt(writer, head);
    const after = change(before);
    if (after === before) return before;
    const files = new Map([['README.md', README]]);
    for (const name of NAMES) if (after[name].length > 0) files.set(`${name}.yaml`, write(after, name));
    const tree = await store.writeTree(files);
    const author = (await host.actor()).login;
    const commit = await store.writeCommit({ tree, parents: head === undefined ? [] : [head], author, message, at: await host.now() });
    const update = await store.moveRef(ref, commit, head);
    if (update.kind === 'done') return after;
    if (update.kind === 'refused')
      outside(`the branch ${writer.desired.stateBranch} cannot be written: ${update.reason}`, 'run this as the delivery app');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * (attempt + 1)));
  }
  return outside(`the branch ${writer.desired.stateBranch} was moved ${ATTEMPTS} times while it was written`, 'run the command again');
}

function write<K extends keyof DeliveryState>(state: DeliveryState, name: K): string {
  return FILES[name].write(state[name]);
}

/** The ids of all releases in the order in which they were made. */
export function releaseOrder(state: DeliveryState): ReadonlyMap<string, number> {
  return new Map(state.releases.map((release, index) => [release.id, index]));
}

export function sameActor(a: Actor, b: Actor): boolean {
  return a.kind === b.kind && a.login.toLowerCase() === b.login.toLowerCase();
}
