import { type GitHubAuthentication, type GitHubClient, gitHubClient } from '../github';
import type { Io } from './io';
import { packageVersion } from './version';

/** GitHub at the address of the environment, as one identity; why a call waits is told as a note. @throws DeliveryError */
export function gitHubAs(authentication: GitHubAuthentication, io: Io): GitHubClient {
  return gitHubClient({
    authentication,
    ...(io.environment.GITHUB_API_URL && { baseUrl: io.environment.GITHUB_API_URL }),
    userAgent: `stagegate/${packageVersion()}`,
    progress: io.note,
    ...io.gitHub,
  });
}
