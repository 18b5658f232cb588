import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkedPeople, principal, readPeople } from '../../../lib/delivery/local/people';
import { checkedRulesets, readRulesets } from '../../../lib/delivery/local/rulesets';
import { cast, checkRule, pullRequestRule, ruleset } from '../host/contract';

describe('people.yaml', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'stagegate-people-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function read(content: string): ReturnType<typeof readPeople> {
    await writeFile(join(folder, 'people.yaml'), content);
    return readPeople(join(folder, 'people.yaml'));
  }

  test('people, teams and apps are read, and what is left out is empty', async () => {
    const people = await read('repository: acme/delivery\npeople:\n  alice: { role: write }\n');
    expect(people).toEqual({ repository: 'acme/delivery', people: { alice: { role: 'write' } }, teams: {}, apps: {} });
  });

  test('an unknown login is told who is known', () => {
    expect(() => principal(cast, 'mallory')).toThrow(
      'nobody is called "mallory" on this host; known: people ada, alice, bob, carol, rita; apps acme-delivery, acme-other',
    );
    expect(() => principal(cast, 'constructor')).toThrow('nobody is called "constructor"');
  });

  test.each<[string, unknown, string]>([
    ['no mapping', [], 'people: given []'],
    ['no repository', {}, 'people: repository: given nothing'],
    ['a repository without owner', { repository: 'delivery' }, 'people: repository: given "delivery"'],
    ['an unknown field', { repository: 'a/b', team: {} }, 'given "team"'],
    ['an unknown role', { repository: 'a/b', people: { alice: { role: 'boss' } } }, 'people: people.alice.role: given "boss"'],
    ['a login with a slash', { repository: 'a/b', people: { 'a/b': { role: 'read' } } }, 'given "a/b"'],
    ['a stranger in a team', { repository: 'a/b', teams: { t: { id: 1, members: ['x'] } } }, 'people: teams.t.members: given "x"'],
    ['a team without id', { repository: 'a/b', teams: { t: { members: [] } } }, 'people: teams.t.id: given nothing'],
    [
      'an app without number',
      { repository: 'a/b', apps: { bot: { id: '{{slot:app/bot}}' } } },
      'people: apps.bot.id: given "{{slot:app/bot}}"',
    ],
    [
      'an unknown permission',
      { repository: 'a/b', apps: { bot: { id: 1, permissions: ['admin'] } } },
      'people: apps.bot.permissions: given "admin"',
    ],
    ['two apps with one id', { repository: 'a/b', apps: { x: { id: 1 }, y: { id: 1 } } }, 'people: apps.y.id: given 1'],
    [
      'an app that is called like a person',
      { repository: 'a/b', people: { x: { role: 'read' } }, apps: { x: { id: 1 } } },
      'people: apps.x: given "x"',
    ],
  ])('%s is refused with its place', (_, given, message) => {
    expect(() => checkedPeople(given, 'people')).toThrow(message);
  });

  test('a file that is missing or no YAML is named', async () => {
    await expect(readPeople(join(folder, 'none.yaml'))).rejects.toThrow(`there is no ${join(folder, 'none.yaml')}`);
    await expect(read('people: [')).rejects.toThrow('people.yaml is not YAML');
  });
});

describe('rulesets.json', () => {
  const good = ruleset(
    'r',
    ['~ALL'],
    [pullRequestRule(), checkRule('gates', { app: 1001 })],
    [{ actor_type: 'Integration', actor_id: 1001, bypass_mode: 'always' }],
  );

  test('rulesets that the host enforces are taken as they are', () => {
    expect(checkedRulesets([good], 'rulesets')).toEqual([good]);
  });

  test.each<[string, unknown, string]>([
    ['no list', {}, 'rulesets: given {}'],
    [
      'a rule that the host does not know',
      [{ ...good, rules: [{ type: 'tag_name_pattern' }] }],
      'rulesets[0].rules[0].type: given "tag_name_pattern"',
    ],
    [
      'a slot as the id of an actor',
      [{ ...good, bypass_actors: [{ actor_type: 'Team', actor_id: '{{slot:team/x}}', bypass_mode: 'always' }] }],
      'actor_id',
    ],
    [
      'a slot as the id of an app',
      [
        {
          ...good,
          rules: [
            {
              ...checkRule('g'),
              parameters: {
                ...(checkRule('g') as { parameters: object }).parameters,
                required_status_checks: [{ context: 'g', integration_id: '{{slot:app/x}}' }],
              },
            },
          ],
        },
      ],
      'integration_id',
    ],
    [
      'a role that GitHub has no number for',
      [{ ...good, bypass_actors: [{ actor_type: 'RepositoryRole', actor_id: 3, bypass_mode: 'always' }] }],
      'given 3',
    ],
    ['eleven approvals', [{ ...good, rules: [pullRequestRule({ required_approving_review_count: 11 })] }], 'given 11'],
    [
      'GitHub Actions as bypass actor',
      [{ ...good, bypass_actors: [{ actor_type: 'Integration', actor_id: 15368, bypass_mode: 'always' }] }],
      'given 15368',
    ],
    [
      'a bypass for pull requests on tags',
      [{ ...good, target: 'tag', bypass_actors: [{ actor_type: 'Team', actor_id: 1, bypass_mode: 'pull_request' }] }],
      'given "pull_request"',
    ],
    ['two rulesets of one name', [good, good], 'rulesets[1].name: given "r"'],
    ['no conditions', [{ ...good, conditions: undefined }], 'rulesets[0].conditions: given nothing'],
  ])('%s is refused with its place', (_, given, message) => {
    expect(() => checkedRulesets(given, 'rulesets')).toThrow(message);
  });

  test('no file means no rules, and a damaged one stops everything', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'stagegate-rulesets-'));
    expect(await readRulesets(join(folder, 'rulesets.json'))).toEqual([]);
    await writeFile(join(folder, 'rulesets.json'), '[{"name":');
    await expect(readRulesets(join(folder, 'rulesets.json'))).rejects.toThrow('rulesets.json is not JSON');
    await rm(folder, { recursive: true });
  });
});
