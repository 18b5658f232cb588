import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BuiltPackage, builtPackage } from '../built-package';
import { type GitHub, startGitHub } from '../github';
import { calling } from '../github/calling';
import { startRunner } from '../workflow-runner';

jest.setTimeout(300_000);

const guide = readFileSync(join(__dirname, '..', '..', 'docs', 'guides', 'preview-in-pull-requests.md'), 'utf8');
const blocks = [...guide.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map((match) => match[1] ?? '');

/** Stands in for GitHub's command line, for what the guide does with it. */
const GH = `set -euo pipefail
call() { curl --silent --show-error --fail-with-body --header "authorization: Bearer $GITHUB_TOKEN" --request "$@"; }
case "$1 $2" in
  'pr create')
    [[ "$3 $4 $5 $6 $7" == '--repo acme/shop --base main --head' ]]
    call POST --data "$(jq --null-input --arg head "$8" --arg title "\${10}" '{ base: "main", $head, $title }')" "$GITHUB_API_URL/repos/acme/shop/pulls" > /dev/null ;;
  'api --method') call "$3" "$GITHUB_API_URL/$4" > /dev/null ;;
  'secret set') [[ "$4 $5 $6 $7" == '--repo acme/shop --env stagegate-preview' && -n "$9" ]]; echo "$3=$9" >> ../secrets ;;
  'variable set') [[ "$4 $5 $6" == '--repo acme/shop --body' ]]; echo "$3=$7" >> ../variables ;;
  *) exit 2 ;;
esac
`;

describe('a reader of the guide to previews', () => {
  let folder: string;
  let github: GitHub;
  let built: BuiltPackage;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'stagegate-guide-'));
    built = builtPackage();
    github = await startGitHub({
      people: {
        repository: 'acme/shop',
        people: { zoe: { role: 'admin', owner: true } },
        teams: {},
        apps: { 'github-actions': { id: 15368 } },
      },
      plan: 'team',
    });
  });
  afterAll(async () => {
    await github?.close();
    built?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Programs that take the place of those that install and that log in. */
  function programs(): string {
    const place = join(folder, 'programs');
    mkdirSync(place);
    const install = `mkdir -p node_modules && ln -sfn '${built.folder}' node_modules/stagegate && echo '{}' > package-lock.json`;
    const write = (name: string, script: string): void =>
      writeFileSync(join(place, name), `#!/usr/bin/env bash\n${script}\n`, { mode: 0o755 });
    write('npm', `if [[ "$1" == init ]]; then echo '{ "name": "shop", "private": true }' > package.json; else ${install}; fi`);
    write('npx', `[[ "$1" == stagegate ]] && shift && exec node '${built.cli}' "$@"`);
    write('gh', GH);
    return place;
  }

  function read(): Promise<{ readonly status: number | null; readonly text: string }> {
    writeFileSync(join(folder, 'script.sh'), ['set -e', ...blocks].join('\n'));
    // What npm would unpack is linked to where it would be.
    writeFileSync(join(folder, 'package.tgz'), '');
    const token = github.token('zoe');
    return new Promise((resolve) => {
      const child = spawn('bash', ['script.sh'], {
        cwd: folder,
        env: {
          ...process.env,
          PATH: `${programs()}:${process.env.PATH}`,
          GIT_AUTHOR_NAME: 'zoe',
          GIT_AUTHOR_EMAIL: 'zoe@example.com',
          GIT_COMMITTER_NAME: 'zoe',
          GIT_COMMITTER_EMAIL: 'zoe@example.com',
          GITHUB_API_URL: `${github.url}api/v3`,
          GITHUB_TOKEN: token,
          READ_ONLY_TOKEN: 'pul-reads-only',
          SHOP: `${github.url.replace('//', `//x:${token}@`)}acme/shop.git`,
          STAGEGATE_PACKAGE: join(folder, 'package.tgz'),
        },
      });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (part: Buffer) => (text += part.toString('utf8')));
      child.on('close', (status) => resolve({ status, text }));
    });
  }

  test('gets the comments that it shows: one from the machine, and one from the workflows with the stack', async () => {
    expect(blocks.length).toBeGreaterThan(4);
    const { status, text } = await read();
    expect({ status, tail: status === 0 ? '' : text.slice(-2_000) }).toEqual({ status: 0, tail: '' });
    expect(text).toMatch(/^shop: 0 errors/m);
    expect(text).toMatch(/^created the comment on #1: http/m);

    const lines = (name: string) =>
      Object.fromEntries(
        readFileSync(join(folder, name), 'utf8')
          .trim()
          .split('\n')
          .map((line) => line.split(/=(.*)/s, 2)),
      );
    const runner = await startRunner({
      github,
      repository: 'acme/shop',
      variables: lines('variables'),
      secrets: { 'stagegate-preview': lines('secrets') },
      programs: {
        npm: `mkdir -p node_modules && ln -sfn '${built.folder}' node_modules/stagegate\n`,
        pulumi:
          '[[ "$*" == "preview --json --non-interactive --stack acme/shop/prod" && "$PULUMI_ACCESS_TOKEN" == pul-reads-only ]] && echo \'{ "steps": [] }\'\n',
      },
    });
    try {
      const runs = await runner.pullRequest(1);
      expect(runs.map(({ name, conclusion }) => `${name}: ${conclusion}`)).toEqual([
        'Preview: success',
        'Validate: success',
        'Preview comment: success',
      ]);
    } finally {
      await runner.close();
    }
    const comments = (await calling(() => github, 'zoe')('GET /repos/acme/shop/issues/1/comments')).body as unknown as {
      user: { login: string };
      body: string;
    }[];
    expect(comments.map(({ user }) => user.login)).toEqual(['zoe', 'github-actions[bot]']);
    const shown = (line: string): string => line.replaceAll('**', '').replaceAll(/<\/?b>/g, '');
    const told = guide.split('\n').filter((line) => /^> ⚠|^\| prod \|/.test(line));
    expect(told).toHaveLength(2);
    for (const { body } of comments) {
      const written = body.split('\n').map(shown);
      for (const line of told) expect(written).toContain(shown(line.replace(/^> /, '')));
    }
    expect(comments[1]?.body).toContain('| acme/shop/prod | 0 | nothing changes |');
  });
});
