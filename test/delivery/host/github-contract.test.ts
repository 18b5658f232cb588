import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitHubHost, gitHubStore } from '../../../lib/delivery/github';
import { GitHubAuthentication, type GitHubClient, gitHubClient } from '../../../lib/github';
import { startGitHub } from '../../github';
import { cast, hostContract } from './contract';

hostContract('the GitHub host on the emulator', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'stagegate-cache-'));
  const github = await startGitHub({
    people: cast,
    appPermissions: Object.fromEntries(Object.keys(cast.apps).map((slug) => [slug, { members: 'read' }])),
  });
  const { repository } = cast;
  const at = { owner: 'acme', repo: 'delivery' } as const;
  const client = (login: string): GitHubClient =>
    gitHubClient({
      authentication: GitHubAuthentication.token(github.token(login)),
      baseUrl: `${github.url}api/v3`,
      paced: false,
      second: 5,
    });
  const owner = client('ada');
  return {
    async as(login) {
      const own = client(login);
      return { host: gitHubHost({ client: own, repository }), store: await gitHubStore({ client: own, repository, cache, second: 5 }) };
    },
    async protect(rulesets) {
      for (const { id } of await owner.paginate('GET /repos/{owner}/{repo}/rulesets', at))
        await owner.request('DELETE /repos/{owner}/{repo}/rulesets/{ruleset_id}', { ...at, ruleset_id: Number(id) });
      for (const ruleset of rulesets) await owner.request('POST /repos/{owner}/{repo}/rulesets', { ...at, ...ruleset } as never);
    },
    async close() {
      const { problems } = github;
      await github.close();
      await rm(cache, { recursive: true, force: true });
      expect(problems).toEqual([]);
    },
  };
});
