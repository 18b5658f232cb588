import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tryCreateFile } from './durable-files';

/** An event and its place in its log, counted from 1. */
export interface Recorded<E> {
  readonly number: number;
  readonly event: E;
}

/**
 * A log of events in a folder: one file an event, named by its number, never changed. A number is taken by whoever creates its file first,
 * so that a writer who has decided on the events it read fails when another one came between: no lock is needed, and none can be left behind.
 */
export interface EventLog<E> {
  read(): Promise<readonly Recorded<E>[]>;
  tryRead(number: number): Promise<Recorded<E> | undefined>;
  /** Writes the event with this number; false when the number is taken. */
  tryAppend(number: number, event: E): Promise<boolean>;
}

/** `workshop` is a folder of the same file system, in which events are written before they get their number. */
export function openEventLog<E>(folder: string, workshop: string): EventLog<E> {
  const known = new Map<number, Recorded<E>>();

  async function tryRead(number: number): Promise<Recorded<E> | undefined> {
    const before = known.get(number);
    if (before !== undefined) return before;
    const path = join(folder, fileName(number));
    const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (content === undefined) return undefined;
    const recorded = { number, event: parse<E>(content, path) };
    known.set(number, recorded);
    return recorded;
  }

  return {
    tryRead,
    async read() {
      const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
      const numbers = names.filter((name) => /^\d{6,}\.json$/.test(name)).map((name) => Number.parseInt(name, 10));
      const events = await Promise.all(numbers.sort((a, b) => a - b).map(tryRead));
      return events.filter((event) => event !== undefined);
    },
    async tryAppend(number, event) {
      return tryCreateFile(join(folder, fileName(number)), `${JSON.stringify(event, undefined, 2)}\n`, workshop);
    },
  };
}

/** Writes an event after all others, whatever they are. */
export async function append<E>(log: EventLog<E>, event: E): Promise<Recorded<E>> {
  for (;;) {
    const number = ((await log.read()).at(-1)?.number ?? 0) + 1;
    if (await log.tryAppend(number, event)) return { number, event };
  }
}

function fileName(number: number): string {
  return `${String(number).padStart(6, '0')}.json`;
}

function parse<E>(content: string, path: string): E {
  try {
    return JSON.parse(content) as E;
  } catch (error) {
    throw new Error(`${path} is not JSON: ${(error as Error).message}; the file was changed by hand or the disk is damaged`);
  }
}
