import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { replaceFile } from '../../../lib/delivery/local/durable-files';
import { append, openEventLog } from '../../../lib/delivery/local/event-log';

describe('a log of events', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stagegate-log-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const open = () => openEventLog<string>(join(folder, 'log'), join(folder, 'writing'));

  test('is empty before its first event, and keeps events in order', async () => {
    const log = open();
    expect(await log.read()).toEqual([]);
    expect(await log.tryRead(1)).toBeUndefined();
    for (const event of ['a', 'b', 'c']) await append(log, event);
    expect(await open().read()).toEqual([
      { number: 1, event: 'a' },
      { number: 2, event: 'b' },
      { number: 3, event: 'c' },
    ]);
    expect(await open().tryRead(2)).toEqual({ number: 2, event: 'b' });
  });

  test('gives a number once: who decided on older events is told so', async () => {
    const [one, other] = [open(), open()];
    expect(await one.tryAppend(1, 'mine')).toBe(true);
    expect(await other.tryAppend(1, 'yours')).toBe(false);
    expect(await other.read()).toEqual([{ number: 1, event: 'mine' }]);
  });

  test('loses nothing when forty write at once, and leaves nothing behind', async () => {
    const events = Array.from({ length: 40 }, (_, index) => `event ${index}`);
    await Promise.all(events.map((event) => append(open(), event)));
    const read = await open().read();
    expect(read.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
    expect(new Set(read.map(({ event }) => event))).toEqual(new Set(events));
    expect(await readdir(join(folder, 'writing'))).toEqual([]);
  });

  test('a file that is replaced is the old one or the new one to whoever reads', async () => {
    const path = join(folder, 'file');
    const texts = Array.from({ length: 20 }, (_, index) => String(index).repeat(20_000));
    await replaceFile(path, texts[0] as string);
    let done = false;
    const reading = (async () => {
      const seen = new Set<string>();
      while (!done) seen.add(await readFile(path, 'utf8'));
      return seen;
    })();
    for (const text of texts) await replaceFile(path, text);
    done = true;
    expect([...(await reading)].filter((text) => !texts.includes(text))).toEqual([]);
    expect(await readFile(path, 'utf8')).toBe(texts.at(-1));
    expect(await readdir(folder)).toEqual(['file']);
  });
});
