import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Difference } from '../../lib/diff/difference';
import type { GitHub } from '../github';
import { calling } from '../github/calling';
import { behind } from '../github/delivery/behind';
import { ATTACKS, HOSTILE_BRANCH } from '../report/attacks';
import { changeOf, differenceOf, environmentOf, largeDifference } from '../report/differences';
import { obeyed, shown, withoutBreaks } from '../report/shown';
import { call, folderWith } from './calling';
import { type PullRequests, REPOSITORY, startPullRequests } from './pull-requests';

describe('comment', () => {
  let pulls: PullRequests;
  let github: GitHub;
  let left: string;

  beforeAll(async () => {
    pulls = await startPullRequests();
    ({ github, left } = pulls);
  });
  afterAll(() => pulls.close());

  const opened: PullRequests['opened'] = (...given) => pulls.opened(...given);
  const comments: PullRequests['comments'] = (number) => pulls.comments(number);
  const environment: PullRequests['environment'] = (login) => pulls.environment(login);
  const afterRun: PullRequests['afterRun'] = (...given) => pulls.afterRun(...given);

  const some = (head: string, parts: Partial<Difference> = {}): Difference =>
    differenceOf({
      base: { name: 'main', commit: left },
      head: { name: 'HEAD', commit: head },
      environments: [environmentOf('prod', [changeOf()])],
      ...parts,
    });
  const file = (difference: unknown): string => folderWith({ 'difference.json': JSON.stringify(difference) });

  describe('of a person', () => {
    test('is made, edited when what is compared has changed, and left alone when it has not', async () => {
      const { number, head, branch } = await opened();
      const first = await call(['comment', '--from', 'difference.json', '--pr', String(number)], {
        folder: file(some(head)),
        environment: environment(),
      });
      expect(first).toMatchObject({ code: 0, out: expect.stringMatching(new RegExp(`^created the comment on #${number}: http`)) });
      const [made] = await comments(number);
      expect(made?.user.login).toBe('alice');
      expect(made?.body).toContain(
        `\`main\` [${left.slice(0, 7)}](${github.url}acme/shop/commit/${left}) → \`${branch}\` [${head.slice(0, 7)}]`,
      );

      // There is no run whose artifact could be linked.
      expect(made?.body).toContain(`whole difference: \`stagegate diff --json --base ${left.slice(0, 12)}\``);

      const again = await call(['comment', '--from', 'difference.json', '--pr', String(number)], {
        folder: file(some(head)),
        environment: environment(),
      });
      expect(again.out).toMatch(/^unchanged the comment/);

      const more = some(head, { environments: [environmentOf('dev', [changeOf()]), environmentOf('prod', [changeOf()])] });
      const edited = await call(['comment', '--from', 'difference.json', '--pr', String(number), '--json'], {
        folder: file(more),
        environment: environment(),
      });
      expect(JSON.parse(edited.out)).toEqual({
        version: 1,
        repository: REPOSITORY,
        pullRequest: number,
        head,
        outcome: 'updated',
        comments: [{ id: made?.id, url: expect.stringContaining(`#issuecomment-${made?.id}`) }],
      });
      const now = await comments(number);
      expect(now.map(({ id }) => id)).toEqual([made?.id]);
      expect(now[0]?.body).toContain('| dev, prod |');
    });

    test('is found again among more comments than a page holds', async () => {
      const { number, head } = await opened();
      const { host } = await (await behind(github.world.repository('acme', 'shop'))).as('ada');
      for (let index = 0; index < 110; index += 1) await host.comment(number, `comment ${index}`);
      const options = { environment: environment() };
      await call(['comment', '--from', 'difference.json', '--pr', String(number)], { ...options, folder: file(some(head)) });
      const again = await call(['comment', '--from', 'difference.json', '--pr', String(number)], { ...options, folder: file(some(head)) });
      expect(again.out).toMatch(/^unchanged/);
    });

    test('is refused for another commit than the head, for a work tree, and for a pull request that is closed', async () => {
      const { number, head } = await opened();
      const refused = async (difference: Difference): Promise<string> => {
        const { code, err } = await call(['comment', '--from', 'difference.json', '--pr', String(number)], {
          folder: file(difference),
          environment: environment(),
        });
        expect(code).toBe(1);
        return err;
      };
      expect(await refused(some(left))).toContain(`difference.json does not compare ${head}, the head of #${number}`);
      expect(await refused(some(head, { head: { name: 'working tree' } }))).toContain('does not compare');
      await calling(() => github)(`PATCH /repos/acme/shop/pulls/${number}`, { state: 'closed' });
      expect(await refused(some(head))).toContain(`#${number} of acme/shop is not open`);
      expect(await comments(number)).toEqual([]);
    });

    test('goes on in further comments where they are allowed, which go when they are no longer needed', async () => {
      const { number, head } = await opened();
      const changes = Array.from({ length: 60 }, (_, index) =>
        changeOf({
          name: `app-${index}`,
          fields: Array.from({ length: 20 }, (_, at) => ({
            path: `spec.field${at}.${'x'.repeat(60)}`,
            before: index,
            after: `${index} ${'y'.repeat(90)}`,
          })),
        }),
      );
      const arguments_ = ['comment', '--from', 'difference.json', '--pr', String(number), '--parts', '3'];
      await call(arguments_, { folder: file(some(head, { environments: [environmentOf('prod', changes)] })), environment: environment() });
      const many = await comments(number);
      expect(many.length).toBeGreaterThan(1);
      for (const { body } of many) expect(body.length).toBeLessThanOrEqual(65_536);
      await call(arguments_, { folder: file(some(head)), environment: environment() });
      expect((await comments(number)).map(({ id }) => id)).toEqual([many[0]?.id]);
    });
  });

  describe('of a run', () => {
    test('is posted by the app of Actions on the pull request whose head was compared, and says which run that was', async () => {
      const { number, head, branch } = await opened();
      const folder = file(some(head));
      const posted = await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder,
        environment: afterRun(folder, { commit: head, branch, repository: REPOSITORY }),
      });
      expect(posted).toMatchObject({ code: 0, out: expect.stringMatching(/^created/) });
      const [made] = await comments(number);
      expect(made?.user.login).toBe('github-actions[bot]');
      expect(made?.body).toMatch(new RegExp(`^<!-- stagegate preview part=1 head=${head} run=5\\.1 -->\n`));
      expect(made?.body).toContain(
        `[run](${github.url}acme/shop/actions/runs/77) · [whole difference](${github.url}acme/shop/actions/runs/77#artifacts)`,
      );
      expect(made?.body).not.toContain('From a fork');
    });

    test('from a fork is posted on the pull request of that fork, whatever number its artifact names, and says that it is from a fork', async () => {
      const victim = await opened();
      const { number, head, branch } = await opened('mallory');
      const folder = file(some(head));
      const posted = await call(['comment', '--from', 'difference.json', '--base', 'main', '--json'], {
        folder,
        environment: afterRun(folder, { commit: head, branch, repository: 'mallory/shop' }),
      });
      expect(JSON.parse(posted.out)).toMatchObject({ pullRequest: number, outcome: 'created' });
      expect((await comments(number))[0]?.body).toContain(`→ \`mallory:${branch}\``);
      expect((await comments(number))[0]?.body).toContain('<i>From a fork: the comparison was made by a run whose workflow');
      expect(await comments(victim.number)).toEqual([]);
    });

    test.each([
      ['another branch', { branch: 'other' }],
      ['another repository', { repository: 'mallory/shop' }],
      ['a fork that is gone', { repository: undefined }],
    ])('is not posted when the head belongs to %s', async (_, other) => {
      const { number, head, branch } = await opened();
      const folder = file(some(head));
      const posted = await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder,
        environment: afterRun(folder, { commit: head, branch, repository: REPOSITORY, ...other } as never),
      });
      expect(posted).toMatchObject({ code: 0, out: `nothing posted: no open pull request has the head ${head.slice(0, 7)}` });
      expect(await comments(number)).toEqual([]);
    });

    test('is not posted onto another branch than that of the program', async () => {
      const { number, head, branch } = await opened();
      const folder = file(some(head));
      const options = { folder, environment: afterRun(folder, { commit: head, branch, repository: REPOSITORY }) };
      expect((await call(['comment', '--from', 'difference.json', '--base', 'develop'], options)).out).toMatch(/^nothing posted/);
      expect((await call(['comment', '--from', 'difference.json'], options)).code).toBe(2);
      expect(await comments(number)).toEqual([]);
    });

    test('is not posted when the pull request has moved on, and replaces that of an older head', async () => {
      const { number, head, branch } = await opened();
      const first = file(some(head));
      await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder: first,
        environment: afterRun(first, { commit: head, branch, repository: REPOSITORY }),
      });
      const newer = await pulls.commit('newer');
      await pulls.push('alice', REPOSITORY, branch);
      const late = await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder: first,
        environment: afterRun(first, { commit: head, branch, repository: REPOSITORY }, { number: 9, attempt: 1 }),
      });
      expect(late.out).toMatch(/^nothing posted: no open pull request/);
      const second = file(some(newer));
      await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder: second,
        environment: afterRun(second, { commit: newer, branch, repository: REPOSITORY }, { number: 6, attempt: 1 }),
      });
      const now = await comments(number);
      expect(now).toHaveLength(1);
      expect(now[0]?.body).toContain(`head=${newer} run=6.1`);
    });

    test('an earlier run of the same head leaves the comment of a later one', async () => {
      const { number, head, branch } = await opened();
      const at = { commit: head, branch, repository: REPOSITORY };
      const [later, earlier] = [file(some(head)), file(some(head, { environments: [environmentOf('old', [changeOf()])] }))];
      await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder: later,
        environment: afterRun(later, at, { number: 8, attempt: 2 }),
      });
      const posted = await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder: earlier,
        environment: afterRun(earlier, at, { number: 8, attempt: 1 }),
      });
      expect(posted).toMatchObject({ code: 0, out: `nothing posted: run 8, attempt 2, has commented on #${number} already` });
      expect((await comments(number))[0]?.body).not.toContain('old');
    });

    test('of the pull request itself is posted on that one, and not for an older head', async () => {
      const { number, head, branch } = await opened();
      const side = (sha: string, ref: string) => ({ sha, ref, repo: { full_name: REPOSITORY } });
      const inRun = (sha: string) => {
        const folder = folderWith({
          'difference.json': JSON.stringify(some(sha)),
          'event.json': JSON.stringify({ pull_request: { number, head: side(sha, branch), base: side(left, 'main') } }),
        });
        const variables = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request', GITHUB_EVENT_PATH: join(folder, 'event.json') };
        const own = { ...environment('github-actions'), ...variables, GITHUB_RUN_ID: '5', GITHUB_RUN_NUMBER: '3', GITHUB_RUN_ATTEMPT: '2' };
        return call(['comment', '--from', 'difference.json'], { folder, environment: own });
      };
      expect((await inRun(left)).out).toBe(
        `nothing posted: #${number} has moved on from ${left.slice(0, 7)}, and the run of its head comments`,
      );
      expect((await inRun(head)).out).toMatch(/^created/);
      expect((await comments(number))[0]?.body).toContain(`head=${head} run=3.2`);
      expect((await comments(number))[0]?.body).toContain(`[run](${github.url}acme/shop/actions/runs/5)`);
    });

    test('two runs at the same time leave one comment, that of the later run', async () => {
      const { number, head, branch } = await opened();
      const at = { commit: head, branch, repository: REPOSITORY };
      const runs = [1, 2, 3].map((attempt) => {
        const folder = file(some(head, { environments: [environmentOf(`attempt-${attempt}`, [changeOf()])] }));
        return { folder, environment: afterRun(folder, at, { number: 7, attempt }) };
      });
      const codes = await Promise.all(
        runs.map(async (options) => (await call(['comment', '--from', 'difference.json', '--base', 'main'], options)).code),
      );
      expect(codes).toEqual([0, 0, 0]);
      const left = await comments(number);
      expect(left.map(({ body }) => /run=(\S+)/.exec(body)?.[1])).toEqual(['7.3']);
      expect(left[0]?.body).toContain('attempt-3');
    });

    test('comments of others that bear the mark stay as they are', async () => {
      const { number, head, branch } = await opened();
      const mark = `<!-- stagegate preview part=1 head=${head} run=99.1 -->\nlooks good`;
      await calling(() => github, 'mallory')(`POST /repos/acme/shop/issues/${number}/comments`, { body: mark });
      const folder = file(some(head));
      const posted = await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder,
        environment: afterRun(folder, { commit: head, branch, repository: REPOSITORY }),
      });
      expect(posted.out).toMatch(/^created/);
      expect((await comments(number)).map(({ user, body }) => [user.login, body === mark])).toEqual([
        ['mallory', true],
        ['github-actions[bot]', false],
      ]);
    });

    test('says so when the artifact was not compared with where the branch left the base', async () => {
      const { number, head, branch } = await opened();
      const folder = file(some(head, { base: { name: 'main', commit: head } }));
      await call(['comment', '--from', 'difference.json', '--base', 'main'], {
        folder,
        environment: afterRun(folder, { commit: head, branch, repository: REPOSITORY }),
      });
      expect((await comments(number))[0]?.body).toContain(`Not compared with ${left.slice(0, 7)}, where the branch left main`);
    });

    test('makes no comment when nothing changes, and makes one line of the one that is there', async () => {
      const { number, head, branch } = await opened();
      const at = { commit: head, branch, repository: REPOSITORY };
      const [nothing, something] = [file(some(head, { environments: [] })), file(some(head))];
      const quiet = () =>
        call(['comment', '--from', 'difference.json', '--base', 'main'], { folder: nothing, environment: afterRun(nothing, at) });
      expect((await quiet()).out).toMatch(/^nothing posted: there is nothing to say/);
      expect(await comments(number)).toEqual([]);
      await call(['comment', '--from', 'difference.json', '--base', 'main'], { folder: something, environment: afterRun(something, at) });
      expect((await quiet()).out).toMatch(/^updated/);
      const [one] = await comments(number);
      expect(one?.body.split('\n').slice(1)).toEqual([expect.stringMatching(/^<b>stagegate<\/b> · nothing changes · /)]);
    });

    test('that failed says so in the comment that is there, and makes none', async () => {
      const { number, head, branch } = await opened();
      const folder = file(some(head));
      const variables = afterRun(folder, { commit: head, branch, repository: REPOSITORY });
      await call(['comment', '--failed', '--base', 'main'], { folder, environment: variables });
      expect(await comments(number)).toEqual([]);
      await call(['comment', '--from', 'difference.json', '--base', 'main'], { folder, environment: variables });
      await call(['comment', '--failed', '--base', 'main'], { folder, environment: variables });
      const [one] = await comments(number);
      expect(one?.body).toContain(`⚠ \`${branch}\` [${head.slice(0, 7)}]`);
      expect(one?.body).toContain('could not be compared · [run]');
    });

    test('shows stacks of a branch, and not those that a fork has made up', async () => {
      const stack = JSON.stringify({
        steps: [{ op: 'delete', urn: 'urn:pulumi:prod::p::kubernetes:core/v1:Namespace::prod' }],
        changeSummary: { same: 3 },
      });
      const bodies: string[] = [];
      for (const by of ['alice', 'mallory'] as const) {
        const { number, head, branch } = await opened(by);
        const folder = folderWith({
          'difference.json': JSON.stringify(some(head)),
          'stacks/acme/prod.json': stack,
          'stacks/dev.json': 'error: no such stack',
        });
        const at = { commit: head, branch, repository: by === 'alice' ? REPOSITORY : 'mallory/shop' };
        await call(['comment', '--from', 'difference.json', '--stacks', 'stacks', '--base', 'main'], {
          folder,
          environment: afterRun(folder, at),
        });
        bodies.push((await comments(number))[0]?.body ?? '');
      }
      expect(bodies[0]).toContain('| acme/prod | −1 | ⚠ deleted Namespace prod |');
      expect(bodies[0]).toContain('| dev | | <b>the preview could not be read: it is no JSON</b> |');
      expect(bodies[1]).not.toContain('Namespace');
    });
  });

  describe('of 3,000 objects', () => {
    test.each([
      ['a branch', 'alice', REPOSITORY],
      ['a fork', 'mallory', 'mallory/shop'],
    ] as const)(
      'for %s is made within 5 s and within what GitHub takes, and edited when they change once more',
      async (_, by, repository) => {
        const { number, head, branch } = await opened(by);
        const write = (difference: Difference, attempt: number) => {
          const folder = file({ ...difference, base: { name: 'main', commit: left }, head: { name: 'HEAD', commit: head } });
          return { folder, environment: afterRun(folder, { commit: head, branch, repository }, { number: 5, attempt }) };
        };
        const [first, second] = [write(largeDifference(3_000), 1), write(largeDifference(2_999), 2)];
        // Of the processor, with what the emulator takes: other tests run beside this one.
        const begun = process.cpuUsage();
        expect((await call(['comment', '--from', 'difference.json', '--base', 'main'], first)).out).toMatch(/^created the comment/);
        const { user, system } = process.cpuUsage(begun);
        expect((user + system) / 1_000).toBeLessThan(5_000);
        const [made, ...others] = await comments(number);
        expect(others).toEqual([]);
        expect(made?.body).toContain('3,000 objects change in 3 environments');
        expect(made?.body).toMatch(/\d+ of 1,000 objects shown/);
        expect(made?.body.length).toBeGreaterThan(40_000);

        expect((await call(['comment', '--from', 'difference.json', '--base', 'main'], second)).out).toMatch(/^updated the comment/);
        const edited = await comments(number);
        expect(edited.map(({ id }) => id)).toEqual([made?.id]);
        expect(edited[0]?.body).toContain('2,999 objects change in 3 environments');
        expect(edited[0]?.body.includes('From a fork')).toBe(by === 'mallory');
      },
    );
  });

  test.each([
    ['a branch', 'alice', REPOSITORY],
    ['a fork', 'mallory', 'mallory/shop'],
  ] as const)('shows the hostile name of %s as text, when it was compared and when that failed', async (_, by, repository) => {
    const { number, head, branch } = await opened(by, { branch: HOSTILE_BRANCH, title: ATTACKS['an image element'] });
    const folder = file(some(head, { base: { name: HOSTILE_BRANCH, commit: head } }));
    const variables = afterRun(folder, { commit: head, branch, repository });
    for (const given of [['--from', 'difference.json'], ['--failed']]) {
      const { code, out } = await call(['comment', ...given, '--base', 'main'], { folder, environment: variables });
      expect({ code, obeyed: obeyed(out) }).toEqual({ code: 0, obeyed: [] });
      const [posted, ...more] = await comments(number);
      expect(more).toEqual([]);
      const { elements, links, unbalanced, text, comments: marks } = shown(posted?.body ?? '');
      expect({ unbalanced, images: elements.filter((name) => name === 'img'), marks: marks.length }).toEqual({
        unbalanced: [],
        images: [],
        marks: 1,
      });
      expect(links.filter((link) => !link.startsWith(`${github.url}${REPOSITORY}/`))).toEqual([]);
      expect(withoutBreaks(text)).toContain(`${by === 'mallory' ? 'mallory:' : ''}${branch.replace('<!--', '<!- -')} ${head.slice(0, 7)}`);
    }
  });

  describe('within a run', () => {
    test('writes the summary of the job and prints annotations, and calls nobody', async () => {
      const folder = folderWith({
        'difference.json': JSON.stringify(
          some('4'.repeat(40), {
            environments: [environmentOf('prod', [changeOf({ meanings: [{ weight: 'risk', text: 'replicas 3 → 1' }] })])],
            policy: [{ subject: '::error::x', direction: 'weaker', possibleNow: ['::add-mask::x'] }],
          }),
        ),
        'event.json': JSON.stringify({
          pull_request: {
            number: 3,
            head: { sha: '4'.repeat(40), ref: 'feature', repo: null },
            base: { sha: left, ref: 'main', repo: { full_name: REPOSITORY } },
          },
        }),
      });
      const before = github.requests.length;
      const { code, out } = await call(['comment', '--from', 'difference.json', '--in-run', '--program', 'platform.ts'], {
        folder,
        environment: {
          ...environment(),
          GITHUB_ACTIONS: 'true',
          GITHUB_EVENT_NAME: 'pull_request',
          GITHUB_EVENT_PATH: join(folder, 'event.json'),
          GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
        },
      });
      expect({ code, calls: github.requests.length - before }).toEqual({ code: 0, calls: 0 });
      expect(out.split('\n')).toEqual([
        '::warning file=platform.ts,title=policy weaker%3A %3A%3Aerror%3A%3Ax::nothing demanded → nothing demanded%0Apossible now, impossible before%0A1 ::add-mask::x',
        '::warning file=platform.ts,title=prod%3A Deployment backend::replicas 3 → 1',
      ]);
      expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('<b>stagegate</b> · `main`');
    });

    test('--dry-run prints the comment, and needs neither token nor pull request', async () => {
      const { code, out } = await call(['comment', '--from', 'difference.json', '--dry-run'], { folder: file(some('4'.repeat(40))) });
      expect(code).toBe(0);
      expect(out).toContain('| prod | ~1 | backend: replicas changed |');
      expect(out).toContain(`whole difference: \`stagegate diff --json --base ${left.slice(0, 12)}\``);
    });
  });

  describe('a file that is no difference is refused, without repeating any of it', () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const sound = some('4'.repeat(40));
    test.each([
      ['no JSON', '##[error]x {', 'is no JSON'],
      ['nothing', '', 'is no JSON'],
      ['nested deeply', `{"version":1,"x":${deep}}`, /is no JSON|nested too deeply/],
      ['a list', '[]', 'is no difference'],
      ['another version', JSON.stringify({ ...sound, version: 2 }), 'is no difference: /version'],
      ['a field that nobody knows', JSON.stringify({ ...sound, '::error::': 1 }), 'must NOT have additional properties'],
      [
        'a number for a name',
        JSON.stringify({ ...sound, environments: [{ ...sound.environments[0], name: 7 }] }),
        '/environments/0/name must be string',
      ],
      [
        'an object for a text',
        JSON.stringify({ ...sound, policy: [{ subject: {}, direction: 'weaker' }] }),
        '/policy/0/subject must be string',
      ],
    ])('%s', async (_, text, message) => {
      const { code, out, err } = await call(['comment', '--from', 'difference.json', '--dry-run'], {
        folder: folderWith({ 'difference.json': text }),
      });
      expect({ code, out }).toEqual({ code: 2, out: '' });
      expect(err).toMatch(message);
      expect(err).not.toMatch(/##\[|^\s*::/m);
    });

    test('more bytes than a difference ever has', async () => {
      const { code, err } = await call(['comment', '--from', 'difference.json', '--dry-run'], {
        folder: folderWith({ 'difference.json': ' '.repeat(33 * 1024 * 1024) }),
      });
      expect(code).toBe(2);
      expect(err).toContain('more than the 33554432 that are read');
    });

    test('none at all', async () => {
      expect(await call(['comment', '--from', 'absent.json', '--dry-run'], { folder: folderWith() })).toMatchObject({ code: 2 });
      expect(await call(['comment', '--dry-run'], { folder: folderWith() })).toMatchObject({
        code: 2,
        err: expect.stringContaining('--from'),
      });
    });
  });

  test.each([
    ['credentials', { GITHUB_TOKEN: '' }, ['--pr', '1'], 'there are no credentials for GitHub'],
    [
      'the other half of credentials',
      { GITHUB_TOKEN: '', STAGEGATE_APP_ID: '1001' },
      ['--pr', '1'],
      'STAGEGATE_APP_ID is set, and STAGEGATE_APP_PRIVATE_KEY is not',
    ],
    ['a repository', { GITHUB_REPOSITORY: undefined }, ['--pr', '1'], 'it is not said which repository'],
    ['a pull request', {}, [], 'it is not said which pull request'],
  ])('without %s it is wrong use', async (_, without, more, message) => {
    const { code, err } = await call(['comment', '--from', 'difference.json', ...more], {
      folder: file(some(left)),
      environment: { ...environment(), ...without },
    });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  test('an empty GITHUB_TOKEN, as a workflow sets it without the secret, leaves GH_TOKEN in its place', async () => {
    const { number, head } = await opened();
    const { code } = await call(['comment', '--from', 'difference.json', '--pr', String(number)], {
      folder: file(some(head)),
      environment: { ...environment(), GITHUB_TOKEN: '', GH_TOKEN: github.token('alice') },
    });
    expect(code).toBe(0);
  });

  test('without a token is that of the app whose credentials are there, and with one that of whose token it is', async () => {
    const { number, head } = await opened();
    const app = { STAGEGATE_APP_ID: '1001', STAGEGATE_APP_PRIVATE_KEY: github.privateKey('acme-delivery') };
    const comment = async (token: Readonly<Record<string, string>>, name = 'prod'): Promise<string> => {
      const folder = file(some(head, { environments: [environmentOf(name, [changeOf()])] }));
      const options = { folder, environment: { ...environment(), ...app, ...token } };
      return (await call(['comment', '--from', 'difference.json', '--pr', String(number)], options)).out;
    };
    expect(await comment({ GITHUB_TOKEN: '' })).toMatch(/^created/);
    expect(await comment({ GITHUB_TOKEN: '' }, 'preprod')).toMatch(/^updated/);
    expect((await comments(number)).map(({ user }) => user.login)).toEqual(['acme-delivery[bot]']);
    expect(await comment({})).toMatch(/^created/);
    expect((await comments(number)).map(({ user }) => user.login)).toEqual(['acme-delivery[bot]', 'alice']);
  });

  test('a comparison that failed has nothing to show in its run, which is said as it is', async () => {
    const { code, err } = await call(['comment', '--failed', '--in-run'], { folder: folderWith(), environment: environment() });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('there is nothing to show in the run') });
  });

  test('a token that may not write is a failure of the outside that says what GitHub said, and never the token', async () => {
    const { number, head } = await opened();
    const token = github.world.credentials.grant('ghs_reads-only-0000', {
      kind: 'installation',
      slug: 'github-actions',
      permissions: { contents: 'read', pull_requests: 'read' },
    });
    const { code, err } = await call(['comment', '--from', 'difference.json', '--pr', String(number)], {
      folder: file(some(head)),
      environment: { ...environment(), GITHUB_TOKEN: token },
    });
    expect([1, 3]).toContain(code);
    expect(err).toContain('Resource not accessible by integration');
    expect(err).not.toContain(token);
  });
});
