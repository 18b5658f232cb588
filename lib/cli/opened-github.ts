import type { Actor, Host, SourceRepository, Store } from '../delivery';
import { wrongUse } from '../delivery/error';
import { gitHubCopy, gitHubHost, gitHubStore } from '../delivery/github';
import type { DesiredDelivery } from '../desired/desired-state';
import { type GitHubAuthentication, type GitHubClient, gitHubViewer, repositoryName, sameAccount } from '../github';
import { gitHubAs } from './github-client';
import { gitHubCredentials } from './github-credentials';
import { type Io, WrongUseError } from './io';
import type { OpenedHost, OpenedIdentities } from './opened-host';

/** The token of a run of GitHub Actions belongs to this app, which delivers nothing. */
const ACTIONS = 'github-actions';

/**
 * Opens a repository on GitHub, as the delivery app where its credentials are given, and as whoever the token belongs to. GitHub says who
 * that is: nobody acts as somebody else.
 *
 * @throws WrongUseError, DeliveryError
 */
export async function openedGitHub(io: Io, options: Readonly<Record<string, unknown>>, repository: string): Promise<OpenedHost> {
  const credentials = gitHubCredentials(io, repository);
  const client = gitHubAs(credentials.delivery, io);
  const callersClient = credentials.caller === credentials.delivery ? client : gitHubAs(credentials.caller, io);
  const [deliverer, caller] = await Promise.all([gitHubViewer(client), gitHubViewer(callersClient)]);
  if (options.as !== undefined && caller.login.toLowerCase() !== String(options.as).toLowerCase())
    throw new WrongUseError(
      `GitHub knows the caller as ${caller.login}, not as ${String(options.as)}`,
      'leave --as and STAGEGATE_AS out, or give the token of that person in GITHUB_TOKEN',
    );
  const store = await storeOf(io, client, repository);
  const { data } = await client.request('GET /repos/{owner}/{repo}', repositoryName(repository));
  const isDelivering = deliverer.kind === 'app' && deliverer.login !== ACTIONS;
  return {
    shown: `${client.address.web}/${repository}`,
    gitDir: gitHubCopy(client, repository),
    programBranch: data.default_branch,
    programHead: await store.tryRef(`refs/heads/${data.default_branch}`),
    targetFolder: io.folder,
    ...(isDelivering && {
      programRefusal: {
        message: `the program is not run where the credentials of the app ${deliverer.login} are in reach`,
        remedy: 'write its model where they are not, with stagegate model --json > model.json, and give that: --program model.json',
      },
    }),
    async open(desired): Promise<OpenedIdentities> {
      if (desired.repository.toLowerCase() !== repository.toLowerCase())
        throw new WrongUseError(
          `the program delivers in ${desired.repository}, and the host is ${repository}`,
          'name the repository that the program declares as the one of delivery',
        );
      const checkRuns = desired.edges.some(({ gates }) => gates.some(({ kind }) => kind === 'check'));
      const own = { store, host: gitHubHost({ client, repository, checkRuns }) };
      const mayDeliver = sameAccount(deliverer, { kind: 'app', login: desired.apps.delivery.slug });
      return {
        ...(mayDeliver ? own : lookingOnly(own, deliverer, desired.apps.delivery.slug)),
        sources: await sourcesOf(io, desired, credentials.delivery, checkRuns),
        caller,
        callersHost: gitHubHost({ client: callersClient, repository, checkRuns }),
      };
    },
  };
}

function storeOf(io: Io, client: GitHubClient, repository: string): Promise<Store> {
  return gitHubStore({ client, repository, ...(io.gitHub?.second !== undefined && { second: io.gitHub.second }) });
}

/** Source repositories of their own; the same identity reads them, an app by tokens made for each. */
async function sourcesOf(
  io: Io,
  desired: DesiredDelivery,
  authentication: GitHubAuthentication,
  checkRuns: boolean,
): Promise<ReadonlyMap<string, SourceRepository>> {
  const names = new Set(desired.services.map(({ repository }) => repository).filter((name) => name !== desired.repository));
  const opened = [...names].map(async (repository): Promise<[string, SourceRepository]> => {
    const client = gitHubAs(authentication.kind === 'app' ? { ...authentication, repository } : authentication, io);
    return [repository, { store: await storeOf(io, client, repository), host: gitHubHost({ client, repository, checkRuns }) }];
  });
  return new Map(await Promise.all(opened));
}

/** What anybody else than the delivery app would change on its behalf is refused by rulesets, or counts for nothing. */
function lookingOnly(
  { store, host }: { readonly store: Store; readonly host: Host },
  actor: Actor,
  slug: string,
): { readonly store: Store; readonly host: Host } {
  const refuse = async (): Promise<never> =>
    wrongUse(
      `GitHub knows these credentials as ${actor.login}; this takes the delivery app ${slug}`,
      'give STAGEGATE_APP_ID and STAGEGATE_APP_PRIVATE_KEY, or let the workflow deliver do it',
    );
  return {
    store: { ...store, moveRef: refuse, deleteRef: refuse },
    host: {
      ...host,
      openPullRequest: refuse,
      updatePullRequest: refuse,
      closePullRequest: refuse,
      merge: refuse,
      setStatus: refuse,
      review: refuse,
      comment: refuse,
    },
  };
}
