/** GitHub's interfaces as one identity. Octokit is loaded by the first call, and by nothing else. */
export { accountNamed, accountOf, type GitHubAccount, sameAccount } from './account';
export { type GitHubAddress, gitHubAddress } from './address';
export { type AppAuthentication, GitHubAuthentication, repositoryName, type TokenAuthentication } from './authentication';
export {
  type GitHubClient,
  type GitHubClientOptions,
  type GitHubItem,
  type GitHubListRoute,
  type GitHubParameters,
  type GitHubResponse,
  type GitHubRoute,
  gitHubClient,
} from './client';
export { answered, GitHubError, type GitHubFailure, mayHaveHappened } from './error';
export { createIssueComment, deleteIssueComment, type IssueComment, issueComments, updateIssueComment } from './issue-comments';
export { madeOnce } from './made-once';
export { type HeadedPullRequest, pullRequestsOfHead } from './pull-requests-of-head';
export { gitHubViewer } from './viewer';
