import { createPrivateKey } from 'node:crypto';
import { wrongUse } from '../delivery/error';

/** As whom GitHub is called. */
export type GitHubAuthentication = TokenAuthentication | AppAuthentication;

/** With a token that somebody else made: a person's, or that of an installation. */
export interface TokenAuthentication {
  readonly kind: 'token';
  readonly token: string;
}

/** As a GitHub App, in one repository where it is installed. */
export interface AppAuthentication {
  readonly kind: 'app';
  /** Its id, or its client id. */
  readonly id: string | number;
  /** In PEM; line breaks may be written as `\n`. */
  readonly privateKey: string;
  /** `owner/name`: tokens are good for this one alone. */
  readonly repository: string;
  /**
   * What tokens may do, for instance `{ contents: 'write', statuses: 'write' }`.
   *
   * @default all that the installation was given
   */
  readonly permissions?: Readonly<Record<string, 'read' | 'write' | 'admin'>>;
}

export const GitHubAuthentication = {
  /** @throws DeliveryError when the token is empty, or is none that a header can carry. */
  token(token: string): TokenAuthentication {
    const trimmed = token.trim();
    if (trimmed === '') wrongUse('the token for GitHub is empty', 'give one that holds something');
    if (!/^[\x21-\x7e]+$/.test(trimmed))
      wrongUse('the token for GitHub holds spaces or characters that no token has', 'give it as it was made');
    return { kind: 'token', token: trimmed };
  },

  /** @throws DeliveryError when the key is no private key, or the repository is not `owner/name`. */
  app(props: Omit<AppAuthentication, 'kind'>): AppAuthentication {
    if (String(props.id).trim() === '') wrongUse('the id of the GitHub App is empty', 'give the id or client id that its settings show');
    repositoryName(props.repository);
    const privateKey = props.privateKey.replaceAll('\\n', '\n').trim();
    try {
      createPrivateKey(privateKey);
    } catch {
      // The cause is not told: it may repeat a part of the key.
      wrongUse('the private key of the GitHub App is no private key in PEM', 'give the file that GitHub made for the app, whole');
    }
    return { kind: 'app', ...props, privateKey };
  },
} as const;

/** Owner and name of a repository. @throws DeliveryError when it is not `owner/name`. */
export function repositoryName(repository: string): { readonly owner: string; readonly repo: string } {
  const [, owner, repo] = /^([A-Za-z0-9][A-Za-z0-9_-]*)\/([A-Za-z0-9._-]+)$/.exec(repository) ?? [];
  if (owner === undefined || repo === undefined || /^\.{1,2}$/.test(repo))
    return wrongUse(`${JSON.stringify(repository)} is no repository of GitHub`, 'name it as owner/name');
  return { owner, repo };
}
