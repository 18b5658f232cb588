import type { DesiredState } from '../../lib/desired/desired-state';
import type { SlotValue } from '../../lib/values/slot';
import { filled, lawfulPlatforms } from '../generated/lawful-platforms';
import { registeringCalls } from './registering';
import type { Problem } from './request-log';
import { Rest } from './rest';
import type { Method } from './route';
import { World } from './world';

const PLATFORMS = 200;

/** What the stack of the repositories is made of. */
type Registered = Pick<DesiredState, 'repositories' | 'delivery'>;

/** A GitHub with the repositories of a platform on the plans that it names, its apps and its teams. */
function gitHubOf({ repositories, delivery }: Registered, values: Readonly<Record<string, SlotValue>>): World {
  const ids = (kind: string) =>
    Object.entries(values).flatMap(([slot, id]) =>
      slot.startsWith(`${kind}/`) ? [[slot.slice(kind.length + 1), Number(id)] as const] : [],
    );
  const { actions: _, ...own } = delivery.apps;
  const apps = [...Object.values(own).map(({ slug, id }) => [slug, Number(id)] as const), ...ids('app')];
  return new World({
    people: {
      repository: delivery.repository,
      people: { ada: { role: 'admin', owner: true } },
      teams: Object.fromEntries(ids('team').map(([slug, id]) => [slug, { id, members: [] }])),
      apps: Object.fromEntries(apps.map(([slug, id]) => [slug, { id }])),
    },
    repositories,
    plan: 'free',
    users: [],
    appPermissions: {},
    clock: () => 0,
  });
}

test(`GitHub accepts everything that ${PLATFORMS} generated platforms register there`, async () => {
  const refused: unknown[] = [];
  const problems: Problem[] = [];
  let calls = 0;
  for (const { repositories, delivery } of lawfulPlatforms(PLATFORMS)) {
    const { bound: platform, values } = filled<Registered>({ repositories, delivery });
    const world = gitHubOf(platform, values);
    const rest = new Rest(world, (problem) => problems.push(problem));
    for (const repository of platform.repositories) {
      const [owner = '', name = ''] = repository.name.split('/');
      for (const [call, body] of registeringCalls(repository, world.repository(owner, name).sealingKey)) {
        const [method = '', target = ''] = call.split(' ', 2);
        const answer = await rest.answer({
          method: method as Method,
          target,
          text: JSON.stringify(body),
          caller: { kind: 'person', login: 'ada' },
        });
        if (answer.status >= 300) refused.push({ call, body, answer });
        calls += 1;
      }
      expect(world.repository(owner, name).rulesets.size).toBe(repository.rulesets.length);
    }
  }
  expect(refused.slice(0, 3)).toEqual([]);
  expect(problems.slice(0, 3)).toEqual([]);
  expect(calls).toBeGreaterThan(20 * PLATFORMS);
});
