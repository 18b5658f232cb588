export { type GitHubHostProps, gitHubHost } from './github-host';
export { type GitHubStoreProps, gitHubCopy, gitHubStore } from './github-store';
