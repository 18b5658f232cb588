import { answered, createIssueComment, type GitHubClient, issueComments } from '../../github';
import { outside } from '../error';
import type { Host } from '../host';
import { type GitHubRepository, gitHubRepository } from './github-repository';
import { mergePullRequest } from './merge';
import { closePullRequest, openPullRequest, pullRequest, pullRequests } from './pull-requests';
import { review, reviews } from './reviews';
import { checkRuns, setStatus, statuses } from './statuses';

export interface GitHubHostProps {
  readonly client: GitHubClient;
  /** `owner/name`. */
  readonly repository: string;
  /**
   * Whether check runs count as statuses of their apps, for gates that look at checks. It takes a call more for each commit, and the
   * permission `checks: read`.
   *
   * @default false
   */
  readonly checkRuns?: boolean;
}

/**
 * Pull requests, statuses and reviews of a repository on GitHub, as the identity of the client.
 *
 * @throws DeliveryError when the name is not `owner/name`.
 */
export function gitHubHost(props: GitHubHostProps): Host {
  const repository = gitHubRepository(props.client, props.repository);
  const { client, at, name } = repository;
  return {
    repository: name,
    actor: repository.actor,
    now: () => timeOf(repository),
    pullRequest: (number) => pullRequest(repository, number),
    pullRequests: (filter) => pullRequests(repository, filter),
    openPullRequest: (request) => openPullRequest(repository, request),
    async updatePullRequest(number, { title, body }) {
      const change = { ...(title !== undefined && { title }), ...(body !== undefined && { body }) };
      await client.request('PATCH /repos/{owner}/{repo}/pulls/{pull_number}', { ...at, pull_number: number, ...change });
    },
    closePullRequest: (number) => closePullRequest(repository, number),
    merge: (number, how) => mergePullRequest(repository, number, how),
    async statuses(commit) {
      const posted = await statuses(repository, commit);
      if (props.checkRuns !== true) return posted;
      return [...posted, ...(await checkRuns(repository, commit))].sort((one, other) => one.at - other.at);
    },
    setStatus: (commit, status) => setStatus(repository, commit, status),
    reviews: (number) => reviews(repository, number),
    review: (number, given) => review(repository, number, given),
    comments: (number) => issueComments(client, name, number),
    async comment(number, body) {
      await createIssueComment(client, name, number, body);
    },
    mayWrite: (login) => mayWrite(repository, login),
    tryTeam: (slug) => tryTeam(repository, slug),
  };
}

/** GitHub's clock: the header of an answer that counts towards no limit. */
async function timeOf({ client }: GitHubRepository): Promise<number> {
  const answer = await client.request('GET /rate_limit', {}).catch((error: unknown) => {
    // An enterprise server without limits has no such page.
    if (!answered(error, 404)) throw error;
    return client.request('GET /', {});
  });
  const time = Date.parse(answer.headers.date ?? '');
  return Number.isNaN(time) ? outside('GitHub does not say what time it is', 'look at what lies between here and GitHub') : time;
}

/** GitHub shows the role `maintain` as `write`; of somebody who is gone it knows no permission. */
async function mayWrite({ client, at }: GitHubRepository, login: string): Promise<boolean> {
  try {
    const { data } = await client.request('GET /repos/{owner}/{repo}/collaborators/{username}/permission', { ...at, username: login });
    return data.permission === 'admin' || data.permission === 'write';
  } catch (error) {
    if (answered(error, 404)) return false;
    throw error;
  }
}

/** The members of a team of the repository's organisation, those of teams below it included. */
async function tryTeam({ client, at }: GitHubRepository, slug: string): Promise<readonly string[] | undefined> {
  try {
    const parameters = { org: at.owner, team_slug: slug, per_page: 100 };
    return (await client.paginate('GET /orgs/{org}/teams/{team_slug}/members', parameters)).map(({ login }) => login);
  } catch (error) {
    if (answered(error, 404)) return undefined;
    throw error;
  }
}
