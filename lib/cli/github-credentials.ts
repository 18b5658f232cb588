import { GitHubAuthentication } from '../github';
import { type Io, WrongUseError } from './io';

/** As whom GitHub is called: one identity delivers, and one is the person or app who calls. They may be the same. */
export interface GitHubCredentials {
  readonly delivery: GitHubAuthentication;
  readonly caller: GitHubAuthentication;
}

/**
 * Credentials from the environment: `STAGEGATE_APP_ID` and `STAGEGATE_APP_PRIVATE_KEY` of the delivery app, and a token in `GITHUB_TOKEN` or
 * `GH_TOKEN`, of whoever calls. One of them does.
 *
 * @throws WrongUseError when there are none, or half of them; DeliveryError when they are none.
 */
export function gitHubCredentials({ environment }: Pick<Io, 'environment'>, repository: string): GitHubCredentials {
  const { STAGEGATE_APP_ID: id, STAGEGATE_APP_PRIVATE_KEY: privateKey } = environment;
  if (Boolean(id) !== Boolean(privateKey)) {
    const [there, missing] = id ? ['ID', 'PRIVATE_KEY'] : ['PRIVATE_KEY', 'ID'];
    throw new WrongUseError(`STAGEGATE_APP_${there} is set, and STAGEGATE_APP_${missing} is not`, 'set both, or neither');
  }
  const token = tryToken({ environment });
  const person = token ? GitHubAuthentication.token(token) : undefined;
  const app = id && privateKey ? GitHubAuthentication.app({ id, privateKey, repository }) : undefined;
  const [delivery, caller] = [app ?? person, person ?? app];
  if (delivery === undefined || caller === undefined)
    throw new WrongUseError(
      'there are no credentials for GitHub',
      'set GITHUB_TOKEN to a token, or STAGEGATE_APP_ID and STAGEGATE_APP_PRIVATE_KEY to those of the delivery app',
    );
  return { delivery, caller };
}

/** The token in `GITHUB_TOKEN` or `GH_TOKEN`; one that is empty, as a workflow sets it without the secret, is none. */
function tryToken({ environment }: Pick<Io, 'environment'>): string | undefined {
  return environment.GITHUB_TOKEN || environment.GH_TOKEN || undefined;
}
