import { type GitHubClient, gitHubViewer, repositoryName } from '../../github';
import type { Actor } from '../host';

/** A repository on GitHub as one identity. */
export interface GitHubRepository {
  readonly client: GitHubClient;
  /** `owner/name`, as it was given. */
  readonly name: string;
  /** The two parts, as routes take them. */
  readonly at: { readonly owner: string; readonly repo: string };
  /** Who calls; asked once. */
  readonly actor: () => Promise<Actor>;
}

/** @throws DeliveryError when the name is not `owner/name`. */
export function gitHubRepository(client: GitHubClient, name: string): GitHubRepository {
  let viewer: Promise<Actor> | undefined;
  return {
    client,
    name,
    at: repositoryName(name),
    actor() {
      viewer ??= gitHubViewer(client).catch((error: unknown) => {
        viewer = undefined;
        throw error;
      });
      return viewer;
    },
  };
}
