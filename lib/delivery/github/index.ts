export { type GitHubHostProps, gitHubHost } from './github-host';
export { type GitHubStoreProps, gitHubStore } from './github-store';
