import { compile, type DesiredState } from 'stagegate';
import { updateRef } from '../../lib/delivery/git/update-ref';
import type { Violation } from '../../lib/explorer/explore';
import { replay } from '../../lib/explorer/replay';
import type { TraceEvent } from '../../lib/explorer/trace';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';
import { call } from './calls';
import { isHarmed } from './harm';
import { restoring } from './restoring';
import { isOnGitHubAlone, weakenedOf, withViolations } from './violations';
import { weakerReading } from './weaker-reading';
import { install, rulesetsOf, startWorld, type World } from './world';

const model = openluffy();
const desired = compile(model);
const intent = intentOf(model);

const weakened = withViolations(weakenedOf(desired, intent), isOnGitHubAlone);
const sequences = new Map(weakened.flatMap(({ violations }) => violations.map((one) => [JSON.stringify([one.events, one.demand]), one])));

let world: World;
beforeAll(async () => {
  world = await startWorld(desired);
});
afterAll(async () => {
  const { problems } = world.github;
  await world.close();
  expect(problems).toEqual([]);
});

interface Found {
  /** The event that was refused; how many there are when none was. */
  readonly stopped: number;
  readonly reason?: string;
  readonly harmed: boolean;
}

/** Makes the calls of a sequence under compiled data, until one is refused, and leaves GitHub as it was. */
async function found(data: DesiredState, violation: Violation): Promise<Found> {
  const { events } = violation;
  await install(world, weakerReading(rulesetsOf(data), events));
  const own: World = { ...world, desired: data, delivery: { ...world.delivery, desired: data.delivery }, pull: undefined, aim: undefined };
  return restoring(own, async () => {
    await putFiles(own);
    const { stopped, reason } = await run(own, events);
    return { stopped, ...(reason !== undefined && { reason }), harmed: await isHarmed(own, violation) };
  });
}

async function run(own: World, events: readonly TraceEvent[]): Promise<Omit<Found, 'harmed'>> {
  for (const [index, event] of events.entries()) {
    const called = await call(own, event);
    if (called.kind === 'refused') return { stopped: index, reason: called.reason };
  }
  return { stopped: events.length };
}

/** Puts the compiled files onto the branches, past all rules. */
async function putFiles({ desired: data, disk, head }: World): Promise<void> {
  const files = data.repositories.flatMap((repository) => repository.files).map(({ path, content }) => [path, content] as const);
  const main = await head('main');
  const others = [...(await disk.files(main, ''))].filter(([path]) => !path.endsWith('CODEOWNERS'));
  const tree = await disk.writeTree(new Map([...others, ...files]));
  if (tree === (await disk.tryTree(main, ''))) return;
  const commit = await disk.writeCommit({ tree, parents: [main], author: 'olga', message: 'Apply what is compiled\n', at: 0 });
  for (const branch of ['main', 'develop']) await updateRef(disk, `refs/heads/${branch}`, commit, await head(branch));
}

test.each(weakened)(
  '$name: what the explorer finds on GitHub alone can be done there, and does that harm',
  async ({ data, violations }) => {
    for (const violation of violations) {
      expect({ lines: violation.lines, ...(await found(data, violation)) }).toEqual({
        lines: violation.lines,
        stopped: violation.events.length,
        harmed: true,
      });
    }
  },
);

test('where nothing is weakened each sequence is refused at the event that the explorer names, or does no harm', async () => {
  expect(sequences.size).toBeGreaterThan(200);
  for (const violation of sequences.values()) {
    const { refused } = replay(desired, intent, violation.events);
    const { stopped, harmed } = await found(desired, violation);
    expect({ lines: violation.lines, stopped, harmed }).toEqual({
      lines: violation.lines,
      stopped: refused?.index ?? violation.events.length,
      harmed: false,
    });
  }
});
