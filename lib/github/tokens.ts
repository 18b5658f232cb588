import { type AppAuthentication, type GitHubAuthentication, repositoryName } from './authentication';
import { answered, GitHubError as Failure, type GitHubError } from './error';
import { type Manner, type Octokit, openOctokit } from './octokit';

/** Gives the token of a call. */
export interface Tokens {
  /** One that is good for some minutes. */
  current(): Promise<string>;
  /** Whether there can be another one in place of one that GitHub does not take. */
  readonly renewable: boolean;
  /** The one in place of it. */
  renewed(rejected: string): Promise<string>;
  /** Slug of the app that they belong to; undefined when only GitHub knows. */
  trySlug(): Promise<string | undefined>;
}

export function tokensOf(authentication: GitHubAuthentication, manner: Manner): Tokens {
  if (authentication.kind === 'app') return appTokens(authentication, manner);
  manner.secrets.add(authentication.token);
  return {
    current: async () => authentication.token,
    renewable: false,
    renewed: async () => authentication.token,
    trySlug: async () => undefined,
  };
}

/** A token of an installation lives for an hour; this long before its end, milliseconds, another one is made. */
const MARGIN = 5 * 60_000;

interface Installed {
  readonly id: number;
  readonly slug: string;
}

interface Minted {
  readonly token: string;
  readonly expiresAt: number;
}

/** Finds the installation of an app in its repository, and makes tokens for that repository alone with the permissions asked for. */
function appTokens(app: AppAuthentication, manner: Manner): Tokens {
  manner.secrets.add(app.privateKey);
  const { owner, repo } = repositoryName(app.repository);
  const opened = once(() => appOctokit(app, manner));
  const installed = once(async (): Promise<Installed> => {
    const { octokit } = await opened();
    try {
      const { data } = await octokit.request('GET /repos/{owner}/{repo}/installation', { owner, repo });
      return { id: data.id, slug: data.app_slug };
    } catch (error) {
      throw explained(error, app);
    }
  });
  let minting: Promise<Minted> | undefined;

  async function mint(): Promise<Minted> {
    const [{ auth }, { id }] = await Promise.all([opened(), installed()]);
    try {
      const made = await auth({
        type: 'installation',
        installationId: id,
        repositoryNames: [repo],
        ...(app.permissions !== undefined && { permissions: app.permissions }),
        refresh: true,
      });
      manner.secrets.add(made.token);
      return { token: made.token, expiresAt: Date.parse(made.expiresAt) };
    } catch (error) {
      throw explained(error, app);
    }
  }

  /** The last token, unless it is the one to replace: then another one, made once for all who ask. */
  function minted(replaced?: Promise<Minted>): Promise<Minted> {
    if (minting !== undefined && minting !== replaced) return minting;
    const begun = mint();
    minting = begun;
    begun.catch(() => {
      if (minting === begun) minting = undefined;
    });
    return begun;
  }

  async function unless(unfit: (known: Minted) => boolean): Promise<string> {
    const last = minting;
    if (last === undefined) return (await minted()).token;
    const known = await last;
    return unfit(known) ? (await minted(last)).token : known.token;
  }

  return {
    current: () => unless(({ expiresAt }) => expiresAt - Date.now() <= MARGIN),
    renewable: true,
    renewed: (rejected) => unless(({ token }) => token === rejected),
    trySlug: async () => (await installed()).slug,
  };
}

interface InstallationToken {
  readonly token: string;
  readonly expiresAt: string;
}

/** GitHub as the app itself, which may ask for its installations and their tokens. */
async function appOctokit(
  app: AppAuthentication,
  manner: Manner,
): Promise<{ readonly octokit: Octokit; readonly auth: (options: object) => Promise<InstallationToken> }> {
  const { createAppAuth } = await import('@octokit/auth-app');
  // A queue of its own: calls of the installation hold theirs while they wait for a token.
  const octokit: Octokit = await openOctokit(
    manner,
    (request, options) => strategy.hook(request as never, options as never),
    `app ${app.id}`,
  );
  const strategy = createAppAuth({
    appId: app.id,
    privateKey: app.privateKey,
    request: octokit.request,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
  } as never);
  return { octokit, auth: strategy as unknown as (options: object) => Promise<InstallationToken> };
}

/** What the answers to an app mean. */
function explained(error: unknown, { id, repository, permissions }: AppAuthentication): unknown {
  if (answered(error, 401))
    return again(
      error,
      `GitHub does not take the app ${id}`,
      "look whether the id and the private key belong together, and at this machine's clock",
    );
  if (answered(error, 404))
    return again(
      error,
      `the app ${id} is not installed in ${repository}, or there is no such repository`,
      'install the app there: its settings, Install App',
    );
  if (answered(error, 422)) {
    const asked = Object.entries(permissions ?? {}).map(([name, level]) => `${name}: ${level}`);
    return again(
      error,
      `the installation of the app ${id} in ${repository} does not have ${asked.length === 0 ? 'what was asked for' : asked.join(', ')}`,
      'give the app these permissions in its settings, and accept them in the settings of the organisation',
    );
  }
  return error;
}

function again(error: GitHubError, message: string, remedy: string): GitHubError {
  return new Failure('outside', error.failure, `${message} (${error.message})`, remedy);
}

/** The result of the first call that succeeds. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => {
    done ??= work().catch((error: unknown) => {
      done = undefined;
      throw error;
    });
    return done;
  };
}
