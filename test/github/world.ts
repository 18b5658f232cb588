import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GitRepository } from '../../lib/delivery/git/git-repository';
import { createLocalHost, type People, type Role, writeLocalRulesets } from '../../lib/delivery/local';
import type { DesiredRuleset } from '../../lib/desired/desired-state';
import type { ActionsPermissions } from './actions-permissions';
import type { BranchProtection } from './branch-protection';
import type { Environment } from './environments';
import { Credentials } from './principals';
import type { Ruleset } from './rulesets';
import { newSealingKey, type SealingKey } from './sealed-box';
import type { Secret } from './secrets';
import type { Variable } from './variables';

export type Plan = 'free' | 'pro' | 'team' | 'enterprise';
export type Visibility = 'public' | 'private' | 'internal';

export interface RepositoryProps {
  /** `owner/name`. */
  readonly name: string;
  /** @default private */
  readonly visibility?: Visibility;
  /** @default the plan of the whole GitHub */
  readonly plan?: Plan;
  /** @default main */
  readonly defaultBranch?: string;
  /** Who has which role here. @default the people of the whole GitHub */
  readonly people?: People['people'];
}

export interface WorldProps {
  readonly people: People;
  readonly repositories: readonly RepositoryProps[];
  readonly plan: Plan;
  /** Logins of owners that are users; all others are organisations. */
  readonly users: readonly string[];
  /** What apps may do beyond what `people` says, by slug: `{ 'acme-infrastructure': { administration: 'write' } }`. */
  readonly appPermissions: Readonly<Record<string, Readonly<Record<string, 'read' | 'write'>>>>;
  readonly clock: () => number;
}

export interface Account {
  readonly login: string;
  readonly id: number;
  readonly type: 'User' | 'Organization' | 'Bot';
}

/** The app GitHub Actions, which every repository knows and which can bypass no rule. */
export const actionsApp = { slug: 'github-actions', id: 15368 } as const;

/** Everything that GitHub remembers. Tests may read it; only routes change it. */
export class World {
  readonly credentials: Credentials;
  readonly people: People;
  /** Logins by the e-mail addresses, in lower case, that people have given. */
  readonly addresses = new Map<string, string>();
  readonly clock: () => number;
  /** Address of the server with a slash at its end; known once it listens. */
  url = '';
  private readonly props: WorldProps;
  private readonly byName = new Map<string, Repository>();
  private readonly accounts = new Map<string, Account>();
  private folder: Promise<string> | undefined;
  private last = 1000;

  constructor(props: WorldProps) {
    this.props = props;
    this.people = props.people;
    this.clock = props.clock;
    this.credentials = new Credentials(props.clock);
    for (const login of Object.keys(props.people.people)) this.addAccount(login, 'User');
    for (const slug of Object.keys(props.people.apps)) this.addAccount(`${slug}[bot]`, 'Bot');
    for (const repository of withDefault(props)) this.addRepository(repository);
  }

  nextId(): number {
    this.last += 1;
    return this.last;
  }

  /** The time as GitHub writes it. */
  now(): string {
    return new Date(this.clock()).toISOString().replace(/\.\d{3}Z$/, 'Z');
  }

  /** @throws Error when there is none: for tests. */
  repository(owner: string, name: string): Repository {
    const found = this.tryRepository(owner, name);
    if (found === undefined) throw new Error(`there is no repository ${owner}/${name}; there are ${[...this.byName.keys()].join(', ')}`);
    return found;
  }

  tryRepository(owner: string, name: string): Repository | undefined {
    return this.byName.get(`${owner}/${name}`.toLowerCase());
  }

  tryRepositoryById(id: number): Repository | undefined {
    return this.repositories().find((repository) => repository.id === id);
  }

  repositories(): readonly Repository[] {
    return [...this.byName.values()];
  }

  addRepository(props: RepositoryProps): Repository {
    const [owner = '', name = ''] = props.name.split('/');
    const account = this.tryAccount(owner) ?? this.addAccount(owner, this.props.users.includes(owner) ? 'User' : 'Organization');
    const repository = new Repository(this, account, name, {
      visibility: props.visibility ?? 'private',
      plan: props.plan ?? this.props.plan,
      defaultBranch: props.defaultBranch ?? 'main',
      people: { ...this.people, people: props.people ?? this.people.people, repository: props.name },
    });
    this.byName.set(props.name.toLowerCase(), repository);
    return repository;
  }

  removeRepository(repository: Repository): void {
    this.byName.delete(repository.fullName.toLowerCase());
  }

  /** A person, an organisation, or the account of an app, `<slug>[bot]`. */
  tryAccount(login: string): Account | undefined {
    return this.accounts.get(login.toLowerCase());
  }

  tryAccountById(id: number): Account | undefined {
    return [...this.accounts.values()].find((account) => account.id === id);
  }

  /** The plan that an owner pays for: that of his repositories. */
  planOf(owner: Account): Plan {
    return this.repositories().find((repository) => repository.owner === owner)?.plan ?? this.props.plan;
  }

  /** Permissions of an app by name. */
  permissionsOf(slug: string): Readonly<Record<string, string>> {
    const own = this.people.apps[slug]?.permissions ?? ['contents', 'pull_requests', 'statuses'];
    return { metadata: 'read', ...Object.fromEntries(own.map((name) => [name, 'write'])), ...this.props.appPermissions[slug] };
  }

  /** Slug of the app with this id or, as GitHub takes both, this client id. */
  tryAppOfId(id: string): string | undefined {
    return Object.entries(this.people.apps).find(([slug, app]) => String(app.id) === id || clientId(slug) === id)?.[0];
  }

  /** A folder that is removed at the end. */
  async scratch(): Promise<string> {
    this.folder ??= mkdtemp(join(tmpdir(), 'stagegate-github-'));
    return this.folder;
  }

  async close(): Promise<void> {
    if (this.folder !== undefined) await rm(await this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private addAccount(login: string, type: Account['type']): Account {
    const account = { login, id: this.nextId(), type };
    this.accounts.set(login.toLowerCase(), account);
    return account;
  }
}

function withDefault(props: WorldProps): readonly RepositoryProps[] {
  const named = props.repositories.some(({ name }) => name === props.people.repository);
  return named ? props.repositories : [{ name: props.people.repository }, ...props.repositories];
}

export function clientId(slug: string): string {
  return `Iv1.${Buffer.from(slug).toString('hex').slice(0, 16).padEnd(16, '0')}`;
}

/** A repository with all that GitHub keeps about it. */
export class Repository {
  readonly id: number;
  readonly createdAt: string;
  readonly people: People;
  name: string;
  visibility: Visibility;
  plan: Plan;
  defaultBranch: string;
  /** Settings that `PATCH /repos/{owner}/{repo}` changes and nothing else reads. */
  settings: Readonly<Record<string, unknown>> = {};
  topics: readonly string[] = [];
  actions: ActionsPermissions | undefined;
  readonly rulesets = new Map<number, Ruleset>();
  /** By name in lower case. */
  readonly environments = new Map<string, Environment>();
  /** By name in upper case. */
  readonly variables = new Map<string, Variable>();
  readonly secrets = new Map<string, Secret>();
  readonly protections = new Map<number, BranchProtection>();
  private host: Promise<string> | undefined;
  private enforced: readonly DesiredRuleset[] = [];
  private sealing: SealingKey | undefined;

  constructor(
    readonly world: World,
    readonly owner: Account,
    name: string,
    props: { readonly visibility: Visibility; readonly plan: Plan; readonly defaultBranch: string; readonly people: People },
  ) {
    this.id = world.nextId();
    this.createdAt = world.now();
    this.name = name;
    this.people = props.people;
    this.visibility = props.visibility;
    this.plan = props.plan;
    this.defaultBranch = props.defaultBranch;
  }

  get fullName(): string {
    return `${this.owner.login}/${this.name}`;
  }

  get nodeId(): string {
    return `R_${this.id}`;
  }

  /**
   * The folder of the local host behind this repository, made when it is first asked for: its bare repository refuses pushes that break a
   * ruleset, and pull requests, reviews and statuses lie in it.
   */
  get hostFolder(): Promise<string> {
    this.host ??= this.makeHost();
    return this.host;
  }

  /** Replaces what git and merges obey. */
  async enforce(rulesets: readonly DesiredRuleset[]): Promise<void> {
    this.enforced = rulesets;
    if (this.host !== undefined) await writeLocalRulesets(await this.host, rulesets);
  }

  async hasBranch(name: string): Promise<boolean> {
    const repository = new GitRepository(join(await this.hostFolder, 'repository.git'));
    return (await repository.tryRef(`refs/heads/${name}`)) !== undefined;
  }

  get sealingKey(): SealingKey {
    this.sealing ??= newSealingKey(String(this.id));
    return this.sealing;
  }

  /** The role of a person; absent for somebody who has none. An owner of the organisation is an administrator everywhere. */
  tryRole(login: string): Role | undefined {
    const person = Object.hasOwn(this.people.people, login) ? this.people.people[login] : undefined;
    if (this.owner.type === 'User' && this.owner.login === login) return 'admin';
    return person?.owner ? 'admin' : person?.role;
  }

  private async makeHost(): Promise<string> {
    const folder = join(await this.world.scratch(), String(this.id));
    await createLocalHost(folder, { people: this.people, defaultBranch: this.defaultBranch, rulesets: this.enforced });
    return folder;
  }
}
