import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionsOf } from '../github/actions/runs';
import { ATTACKS, HOSTILE_BRANCH } from '../report/attacks';
import { changeOf, differenceOf, environmentOf } from '../report/differences';
import { obeyed, shown, withoutBreaks } from '../report/shown';
import type { FinishedRun } from '../workflow-runner';
import { unzipped } from '../workflow-runner/zip';
import { REPOSITORY, type Scratch, startScratch } from './scratch';

// Each run starts Node three times and resolves the program twice.
jest.setTimeout(180_000);

const example = join(__dirname, '..', '..', 'examples', '01-openluffy');
const program = readFileSync(join(example, 'platform.ts'), 'utf8');
const workflowFile = readFileSync(join(example, 'rendered', 'repositories', REPOSITORY, '.github/workflows/preview.yaml'), 'utf8');

const fewer = program.replace('replicas: 3', 'replicas: 1');
const ungated = program.replace(", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", '');

/** What Pulumi would print for a stack with a secret that changes. */
const pulumi = `cat <<'END'
{ "steps": [{ "op": "update", "urn": "urn:pulumi:prod::openluffy::kubernetes:core/v1:Secret::token",
  "oldState": { "inputs": { "data": "[secret]" } }, "newState": { "inputs": { "data": "[secret]" } }, "detailedDiff": { "data": { "kind": "update" } } }],
  "changeSummary": { "same": 11 } }
END
[[ "$PULUMI_ACCESS_TOKEN" == pul-0123456789 ]]
`;

/** The runs of the two workflows of previews among all that a pull request has started. */
const previews = (runs: readonly FinishedRun[]): readonly FinishedRun[] => runs.filter(({ name }) => name.startsWith('Preview'));

describe('the rendered preview workflow', () => {
  let scratch: Scratch;

  beforeAll(async () => {
    scratch = await startScratch({
      variables: { STAGEGATE_PREVIEW_STACKS: '["acme/openluffy/prod"]' },
      secrets: { 'stagegate-preview': { PULUMI_ACCESS_TOKEN: 'pul-0123456789', STAGEGATE_PREVIEW_KUBECONFIG: 'apiVersion: v1' } },
      programs: { pulumi },
    });
  });
  afterAll(async () => {
    expect(scratch.github.problems).toEqual([]);
    await scratch.close();
  });

  test('for a branch: compares, shows it in the run and beside the files, previews the stack, and comments, once however often it runs', async () => {
    const pull = await scratch.open('alice', { 'platform.ts': ungated.replace('replicas: 3', 'replicas: 1') });
    const [preview, comment, ...others] = previews(await pull.run());
    expect(others).toEqual([]);
    expect([preview, comment].map((run) => [run?.name, run?.jobs.map(({ name, conclusion }) => `${name}: ${conclusion}`)])).toEqual([
      ['Preview', ['Compare with the base: success', 'Preview stacks: success']],
      ['Preview comment', ['Comment on the pull request: success']],
    ]);

    const summary = preview?.jobs[0]?.summary ?? '';
    expect(summary).toMatch(
      new RegExp(`^<b>stagegate</b> · \`main\` \\[[0-9a-f]{7}\\]\\(.*\\) → \`${pull.branch}\` \\[${pull.head.slice(0, 7)}\\]`),
    );
    expect(summary).toContain('replicas 3 → 1: the disruption budget no longer holds');
    expect(await scratch.annotations(pull.head)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          path: 'platform.ts',
          title: 'policy weaker: preprod → prod',
          message: expect.stringContaining('possible now'),
        }),
        expect.objectContaining({ path: 'platform.ts', title: 'prod: Deployment backend' }),
      ]),
    );

    const [posted, ...more] = await scratch.comments(pull.number);
    expect(more).toEqual([]);
    expect(posted?.user.login).toBe('github-actions[bot]');
    expect(posted?.body).toMatch(new RegExp(`^<!-- stagegate preview part=1 head=${pull.head} run=1\\.1 -->\n`));
    expect(posted?.body).toContain('⚠ <b>Policy weaker</b>: `preprod → prod`: 1 approval including engineers → <b>no approval</b>');
    expect(posted?.body).toContain('| acme/openluffy/prod | ~1 | changed Secret token |');
    expect(posted?.body).toContain('! data: a secret changes, which is not shown');
    expect(posted?.body).toContain(`[run](${scratch.github.url}${REPOSITORY}/actions/runs/${preview?.id})`);

    await pull.push({ 'platform.ts': fewer });
    await pull.run();
    const [edited, ...again] = await scratch.comments(pull.number);
    expect(again).toEqual([]);
    expect(edited?.id).toBe(posted?.id);
    expect(edited?.body).toContain(`head=${pull.head} run=2.1`);
    expect(edited?.body).not.toContain('Policy weaker');

    if (preview !== undefined)
      expect((await scratch.runner.afterwards(preview))[0]?.jobs[0]?.steps.at(-1)?.text).toMatch(/^nothing posted: no open pull request/);
    expect((await scratch.comments(pull.number))[0]?.body).toBe(edited?.body);
  });

  test('hands over the whole difference, and no credentials anywhere', async () => {
    const pull = await scratch.open('alice', { 'platform.ts': fewer });
    const runs = previews(await pull.run());
    const { artifacts } = actionsOf(scratch.github.world.repository('lebrick07', 'openluffy'));
    const own = [...artifacts.values()].filter(({ run }) => run === runs[0]?.id);
    expect(own.map(({ name, archive }) => [name, [...unzipped(archive).keys()]])).toEqual([
      ['stagegate-preview', ['difference.json']],
      ['stagegate-preview-stacks', ['stacks/acme/openluffy/prod.json']],
    ]);
    const everything = JSON.stringify([runs.map(({ jobs }) => jobs), own.map(({ archive }) => archive.toString('latin1'))]);
    expect(everything).not.toMatch(/ghs_|pul-0123456789/);
  });

  test('for a change that changes nothing makes no comment, and of one that is there a line', async () => {
    const quiet = await scratch.open('alice', { 'README.md': 'more\n' });
    const stack = previews(await quiet.run())[0]?.jobs[1];
    // The stack changes whatever the program says; without it there would be nothing to say.
    expect(stack?.conclusion).toBe('success');
    const pull = await scratch.open('mallory', { 'README.md': 'more\n' });
    await pull.run();
    expect(await scratch.comments(pull.number)).toEqual([]);
    await pull.push({ 'platform.ts': fewer });
    await pull.run();
    expect(await scratch.comments(pull.number)).toHaveLength(1);
    await pull.push({ 'platform.ts': program });
    await pull.run();
    expect((await scratch.comments(pull.number)).map(({ body }) => body.split('\n')[1])).toEqual([
      expect.stringMatching(/^<b>stagegate<\/b> · nothing changes · /),
    ]);
  });

  test('for a fork: compares without secrets and with a token that reads, and the comment comes from the context of the base', async () => {
    const pull = await scratch.open('mallory', { 'platform.ts': ungated });
    const [preview, comment] = previews(await pull.run());
    expect(preview?.jobs.map(({ name, conclusion, permissions }) => [name, conclusion, permissions])).toEqual([
      ['Compare with the base', 'success', { contents: 'read' }],
      ['Preview stacks', 'skipped', { contents: 'read' }],
    ]);
    expect(comment?.jobs[0]?.permissions).toEqual({ actions: 'read', contents: 'read', 'pull-requests': 'write' });
    const [posted] = await scratch.comments(pull.number);
    expect(posted?.user.login).toBe('github-actions[bot]');
    expect(posted?.body).toContain(`→ \`mallory:${pull.branch}\` [${pull.head.slice(0, 7)}]`);
    expect(posted?.body).toContain('From a fork');
    expect(posted?.body).toContain('Policy weaker');
  });

  test.each(['alice', 'mallory'] as const)(
    'shows the hostile name of a branch of %s as text, in the run and in the comment',
    async (by) => {
      const pull = await scratch.open(by, { 'platform.ts': fewer }, { branch: HOSTILE_BRANCH, title: ATTACKS['an image element'] ?? '' });
      const runs = previews(await pull.run());
      expect(runs.map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
      const printed = runs.flatMap(({ jobs }) => jobs.flatMap(({ steps }) => steps.flatMap(({ text }) => obeyed(text))));
      expect(printed.filter((command) => !command.startsWith('::warning file=platform.ts,'))).toEqual([]);
      const [posted, ...more] = await scratch.comments(pull.number);
      expect(more).toEqual([]);
      // No text holds what begins a comment.
      const branch = pull.branch.replace('<!--', '<!- -');
      for (const text of [posted?.body ?? '', runs[0]?.jobs[0]?.summary ?? '']) {
        const { elements, links, unbalanced, text: read } = shown(text);
        expect(unbalanced).toEqual([]);
        expect(elements.filter((name) => name === 'img' || name === 'script')).toEqual([]);
        expect(links.filter((link) => !link.startsWith(`${scratch.github.url}${REPOSITORY}/`))).toEqual([]);
        expect(withoutBreaks(read)).toContain(branch);
      }
      expect(withoutBreaks(shown(posted?.body ?? '').text)).toContain(`→ ${by === 'mallory' ? 'mallory:' : ''}${branch}`);
    },
  );

  test('for Dependabot: compares and comments, and leaves stacks alone, as its runs get no secrets', async () => {
    const pull = await scratch.open('dependabot', { 'platform.ts': fewer }, { branch: 'dependabot/npm_and_yarn/stagegate' });
    const [preview, comment] = previews(await pull.run());
    expect([preview, comment].map((run) => run?.jobs.map(({ name, conclusion }) => `${name}: ${conclusion}`))).toEqual([
      ['Compare with the base: success', 'Preview stacks: skipped'],
      ['Comment on the pull request: success'],
    ]);
    const [posted] = await scratch.comments(pull.number);
    expect(posted?.user.login).toBe('github-actions[bot]');
    expect(posted?.body).toContain('replicas 3 → 1');
    expect(posted?.body).not.toContain('Pulumi stack');
    expect(posted?.body).not.toContain('could not be read');
  });

  test('fails when the workflow files are not those of the program, and the comment comes all the same', async () => {
    const pull = await scratch.open('mallory', { 'README.md': 'more\n' });
    await pull.push({ 'platform.ts': ungated }, { isRendered: false });
    const [preview] = previews(await pull.run());
    expect(preview?.jobs[0]?.conclusion).toBe('failure');
    expect(preview?.jobs[0]?.steps.at(-1)?.text).toContain('changed  .github/workflows/deliver.yaml');
    expect((await scratch.comments(pull.number))[0]?.body).toContain('Policy weaker');
  });

  test('that fails says in the comment that is there that the new head could not be compared', async () => {
    const pull = await scratch.open('alice', { 'platform.ts': fewer });
    await pull.run();
    await pull.push({ 'platform.ts': `${program}\nthrow new Error('broken');\n` }, { isRendered: false });
    const [preview] = previews(await pull.run());
    expect(preview?.jobs[0]).toMatchObject({ name: 'Compare with the base', conclusion: 'failure' });
    const [posted] = await scratch.comments(pull.number);
    expect(posted?.body.split('\n')[1]).toMatch(new RegExp(`^<b>stagegate</b> · ⚠ .*${pull.head.slice(0, 7)}.* could not be compared`));
  });

  describe('for a fork that hands over what it likes', () => {
    /** Her workflow hands over a file of hers in place of the difference. */
    const forged = (more = 'cp evil.json "$RUNNER_TEMP/handed-over/difference.json"'): string => {
      const [before = '', after = ''] = workflowFile.split(/ {10}node \S+ diff .*\n/);
      const [steps = '', jobs = ''] = `${before}          ${more}\n${after}`.split(/ {6}- name: Hold what is committed[\s\S]*?\n\n/);
      return `${steps}\n${jobs}`.replace(/ {6}- name: Show it in the run\n[\s\S]*?(?= {6}- name: Hand over)/, '');
    };

    test.each([
      ['no difference', '[]'],
      ['no JSON', '##[add-mask]x'],
      ['a field that nobody knows', JSON.stringify({ ...differenceOf(), pullRequest: 1 })],
      ['another commit', JSON.stringify(differenceOf({ environments: [environmentOf('prod', [changeOf()])] }))],
    ])('comments nowhere: %s', async (_, evil) => {
      const victim = await scratch.open('alice', { 'README.md': 'victim\n' });
      const pull = await scratch.open('mallory', { '.github/workflows/preview.yaml': forged(), 'evil.json': evil });
      const [preview, comment] = previews(await pull.run());
      expect(preview?.conclusion).toBe('success');
      expect(comment?.jobs[0]?.conclusion).toBe('failure');
      expect(comment?.jobs[0]?.steps.at(-1)?.log.commands).toEqual([]);
      expect([...(await scratch.comments(pull.number)), ...(await scratch.comments(victim.number))]).toEqual([]);
    });

    test('comments nowhere: more bytes than a difference ever has', async () => {
      const huge = 'head --bytes 40M /dev/zero > "$RUNNER_TEMP/handed-over/difference.json"';
      const pull = await scratch.open('mallory', { '.github/workflows/preview.yaml': forged(huge) });
      const [, comment] = previews(await pull.run());
      expect(comment?.jobs[0]?.steps.at(-1)?.text).toContain('more than the 33554432 that are read');
      expect(await scratch.comments(pull.number)).toEqual([]);
    });

    test('comments on its own pull request alone, and every name in it is text', async () => {
      const victim = await scratch.open('alice', { 'README.md': 'victim\n' });
      const changes = Object.values(ATTACKS).map((attack) =>
        changeOf({
          kind: attack,
          name: attack,
          service: attack,
          meanings: [{ weight: 'risk', text: attack }],
          fields: [{ path: attack, after: attack }],
        }),
      );
      const evil = differenceOf({
        head: { name: '@octocat', commit: 'filled in below' },
        environments: [environmentOf('<script>', changes)],
        policy: [{ subject: `#${victim.number}`, direction: 'weaker', possibleNow: Object.values(ATTACKS) }],
      });
      // No file can name the commit that holds it: the workflow fills it in, and adds a preview of a stack for good measure.
      const script = [
        "node --eval \"const { readFileSync, writeFileSync } = require('fs'); const evil = JSON.parse(readFileSync('evil.json'));",
        "evil.head.commit = process.argv[1]; writeFileSync(process.argv[2] + '/difference.json', JSON.stringify(evil))",
        '" "$(git rev-parse HEAD)" "$RUNNER_TEMP/handed-over" && mkdir "$RUNNER_TEMP/handed-over/stacks"',
        '&& cp evil.json "$RUNNER_TEMP/handed-over/stacks/prod.json"',
      ].join(' ');
      const pull = await scratch.open('mallory', { '.github/workflows/preview.yaml': forged(script), 'evil.json': JSON.stringify(evil) });
      const [preview, comment] = previews(await pull.run());
      expect(preview?.jobs[0]?.steps.map(({ text }) => text)).toEqual(['', '', '', '', '']);
      expect(comment?.conclusion).toBe('success');
      expect(await scratch.comments(victim.number)).toEqual([]);
      const [posted] = await scratch.comments(pull.number);
      const { elements, links, unbalanced } = shown(posted?.body ?? '');
      expect(unbalanced).toEqual([]);
      expect(elements).not.toEqual(expect.arrayContaining(['script']));
      expect(elements).not.toEqual(expect.arrayContaining(['img']));
      expect(links.filter((link) => !link.startsWith(`${scratch.github.url}${REPOSITORY}/`))).toEqual([]);
      expect(posted?.body).toContain('Not compared with');
      expect(posted?.body).not.toContain('Pulumi stack');
    });
  });
});
