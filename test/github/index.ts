import type { People } from '../../lib/delivery/local';
import { installationId } from './apps';
import { Faults } from './faults';
import type { LoggedRequest, Problem } from './request-log';
import { listen } from './server';
import { type Plan, type RepositoryProps, World } from './world';

export { type Fault, tooQuick } from './faults';
export { callLines, type LoggedRequest, type Problem } from './request-log';
export type { Repository, RepositoryProps, World } from './world';

export interface GitHubProps {
  /** Who there is, and the repository that is there from the start. @default {@link defaultPeople} */
  readonly people?: People;
  /** More repositories, or more about that of `people`. */
  readonly repositories?: readonly RepositoryProps[];
  /** @default enterprise: everything is allowed */
  readonly plan?: Plan;
  /** Owners of repositories that are users; all others are organisations. @default none */
  readonly users?: readonly string[];
  /** What apps may do beyond what `people` says, by slug and GitHub's name of the permission. */
  readonly appPermissions?: Readonly<Record<string, Readonly<Record<string, 'read' | 'write'>>>>;
  /** Milliseconds since the epoch. @default the clock of the machine */
  readonly clock?: () => number;
  /** Prints every request. @default false */
  readonly print?: boolean;
}

export interface GitHub {
  /** `http://127.0.0.1:PORT/`: REST below `api/v3`, GraphQL at `api/graphql`, git at `<owner>/<repository>.git`. */
  readonly url: string;
  /** The token of a person by login, or an installation's token of an app by slug. */
  token(login: string): string;
  /** The private key with which an app signs its JSON Web Tokens, in PEM. */
  privateKey(slug: string): string;
  /** The id of an app's installation for the owner of repositories. */
  installation(slug: string, owner: string): number;
  /** What was asked so far, oldest first. */
  readonly requests: readonly LoggedRequest[];
  /** What no test may pass by: routes that are missing, answers that GitHub would not give. */
  readonly problems: readonly Problem[];
  readonly faults: Faults;
  readonly world: World;
  close(): Promise<void>;
}

/** A small organisation: an owner, writers, a maintainer, a reader, a team and two apps. */
export const defaultPeople: People = {
  repository: 'acme/delivery',
  people: {
    ada: { role: 'admin', owner: true },
    alice: { role: 'write' },
    bob: { role: 'write' },
    carol: { role: 'maintain' },
    rita: { role: 'read' },
  },
  teams: { 'release-managers': { id: 11, members: ['carol'] } },
  apps: { 'acme-delivery': { id: 1001 }, 'acme-other': { id: 1002 } },
};

/** Starts a GitHub on a free port of this machine. */
export async function startGitHub(props: GitHubProps = {}): Promise<GitHub> {
  const world = new World({
    people: props.people ?? defaultPeople,
    repositories: props.repositories ?? [],
    plan: props.plan ?? 'enterprise',
    users: props.users ?? [],
    appPermissions: props.appPermissions ?? {},
    clock: props.clock ?? Date.now,
  });
  const requests: LoggedRequest[] = [];
  const problems: Problem[] = [];
  const faults = new Faults();
  const log = (request: LoggedRequest): void => {
    requests.push(request);
    if (props.print) process.stdout.write(`${request.method} ${request.path}${request.query} ${request.status}\n`);
  };
  const problem = (one: Problem): void => {
    problems.push(one);
    if (props.print) process.stdout.write(`${one.kind} ${one.request}: ${one.what}\n`);
  };
  const server = await listen({ world, faults, log, problem });
  return {
    url: server.url,
    token: (login) => tokenOf(world, login),
    privateKey: (slug) => world.credentials.privateKey(slug),
    installation(slug, owner) {
      const account = world.tryAccount(owner);
      if (account === undefined) throw new Error(`nobody is called ${owner}`);
      return installationId(world, slug, account);
    },
    requests,
    problems,
    faults,
    world,
    async close() {
      await server.close();
      await world.close();
    },
  };
}

/** The same token each time. */
function tokenOf(world: World, login: string): string {
  const token = `token-of-${login}`;
  if (Object.hasOwn(world.people.people, login)) return world.credentials.grant(token, { kind: 'person', login });
  if (Object.hasOwn(world.people.apps, login)) {
    return world.credentials.grant(token, { kind: 'installation', slug: login, permissions: world.permissionsOf(login) });
  }
  throw new Error(`nobody is called ${login}`);
}
