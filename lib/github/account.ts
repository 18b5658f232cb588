/** Somebody on GitHub: a person by login, or an app by its slug. */
export interface GitHubAccount {
  readonly kind: 'person' | 'app';
  readonly login: string;
}

/** As whom GitHub shows what an account did that is gone. */
const GHOST: GitHubAccount = { kind: 'person', login: 'ghost' };

/** The end of an app's login. */
const BOT = '[bot]';

/** The account of an answer; only GitHub makes logins that end with `[bot]`. */
export function accountOf(user: { readonly login: string; readonly type?: string } | null | undefined): GitHubAccount {
  if (user === null || user === undefined) return GHOST;
  return accountNamed(user.login);
}

/** The account of a login as GitHub writes it. */
export function accountNamed(login: string): GitHubAccount {
  return login.endsWith(BOT) ? { kind: 'app', login: login.slice(0, -BOT.length) } : { kind: 'person', login };
}

export function sameAccount(one: GitHubAccount, other: GitHubAccount): boolean {
  return one.kind === other.kind && one.login.toLowerCase() === other.login.toLowerCase();
}
