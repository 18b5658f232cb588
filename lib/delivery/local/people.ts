import { readFile } from 'node:fs/promises';
import { parseDocument } from 'yaml';
import { wrongUse } from '../error';
import type { Actor } from '../host';

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';

/** What an app may write. */
export type AppPermission = 'contents' | 'pull_requests' | 'statuses';

/** Who there is on a local host, as `people.yaml` says it. */
export interface People {
  /** `owner/name` of the repository. */
  readonly repository: string;
  readonly people: Readonly<Record<string, PersonProps>>;
  /** By slug. */
  readonly teams: Readonly<Record<string, TeamProps>>;
  /** By slug. */
  readonly apps: Readonly<Record<string, AppProps>>;
}

export interface PersonProps {
  readonly role: Role;
  /** Owns the organisation. @default false */
  readonly owner?: boolean;
}

export interface TeamProps {
  /** Number by which rulesets name the team. */
  readonly id: number;
  /** Logins. */
  readonly members: readonly string[];
}

export interface AppProps {
  /** Number by which rulesets name the app. */
  readonly id: number;
  /** @default all of them */
  readonly permissions?: readonly AppPermission[];
}

/** Somebody who acts on a local host, with all that rules ask about him. */
export type Principal = Person | App | Anonymous;

export interface Person extends Actor {
  readonly kind: 'person';
  readonly role: Role;
  readonly owner: boolean;
  readonly teams: readonly { readonly slug: string; readonly id: number }[];
}

export interface App extends Actor {
  readonly kind: 'app';
  readonly id: number;
  readonly permissions: readonly AppPermission[];
}

/** A push without identity: a developer of whom nothing is known. */
export interface Anonymous {
  readonly kind: 'anonymous';
}

export const anonymous: Anonymous = { kind: 'anonymous' };

export const roles: readonly Role[] = ['read', 'triage', 'write', 'maintain', 'admin'];
const permissions: readonly AppPermission[] = ['contents', 'pull_requests', 'statuses'];

/** Whether somebody may change the repository at all: push, merge, and have a review counted. */
export function mayWrite(who: Principal): boolean {
  switch (who.kind) {
    case 'person':
      return roleIsAtLeast(who.role, 'write');
    case 'app':
      return who.permissions.includes('contents');
    case 'anonymous':
      return true;
  }
}

export function roleIsAtLeast(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** The person or app of this name. */
export function tryPrincipal(people: People, login: string): Person | App | undefined {
  const person = Object.hasOwn(people.people, login) ? people.people[login] : undefined;
  if (person !== undefined) {
    const teams = Object.entries(people.teams).filter(([, team]) => team.members.includes(login));
    return { kind: 'person', login, role: person.role, owner: person.owner ?? false, teams: teams.map(([slug, { id }]) => ({ slug, id })) };
  }
  const app = Object.hasOwn(people.apps, login) ? people.apps[login] : undefined;
  return app === undefined ? undefined : { kind: 'app', login, id: app.id, permissions: app.permissions ?? permissions };
}

/** @throws DeliveryError that names everybody there is. */
export function principal(people: People, login: string): Person | App {
  const found = tryPrincipal(people, login);
  if (found !== undefined) return found;
  return wrongUse(
    `nobody is called ${JSON.stringify(login)} on this host; known: ${known(people)}`,
    'act as one of these, or add the login to people.yaml',
  );
}

function known(people: People): string {
  const logins = Object.keys(people.people).sort();
  const slugs = Object.keys(people.apps).sort();
  return `people ${logins.length === 0 ? 'none' : logins.join(', ')}; apps ${slugs.length === 0 ? 'none' : slugs.join(', ')}`;
}

/** @throws DeliveryError when the file is missing or wrong; it names the file, the place, what was given and what is expected. */
export async function readPeople(path: string): Promise<People> {
  const content = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return wrongUse(`there is no ${path}, which says who there is on this host`, 'create the host anew');
  });
  const document = parseDocument(content);
  const problem = document.errors[0];
  if (problem !== undefined) wrongUse(`${path} is not YAML: ${problem.message}`, 'mend the file');
  return checkedPeople(document.toJS(), path);
}

/** @throws DeliveryError when it is not {@link People}. */
export function checkedPeople(given: unknown, where: string): People {
  const top = record(given, where, ['repository', 'people', 'teams', 'apps']);
  const repository = top.repository;
  if (typeof repository !== 'string' || !/^[\w.-]+\/[\w.-]+$/.test(repository)) wrong(`${where}: repository`, repository, 'owner/name');
  const people = mapped(top.people ?? {}, `${where}: people`, checkedPerson);
  const apps = mapped(top.apps ?? {}, `${where}: apps`, checkedApp);
  const teams = mapped(top.teams ?? {}, `${where}: teams`, (team, at) => checkedTeam(team, at, people));
  const both = Object.keys(people).find((login) => Object.hasOwn(apps, login));
  if (both !== undefined) wrong(`${where}: apps.${both}`, both, 'a slug that is nobody’s login');
  unique(`${where}: apps`, apps);
  unique(`${where}: teams`, teams);
  return { repository, people, teams, apps };
}

function checkedPerson(given: unknown, at: string): PersonProps {
  const { role, owner } = record(given, at, ['role', 'owner']);
  if (!roles.includes(role as Role)) wrong(`${at}.role`, role, `one of ${roles.join(', ')}`);
  if (owner !== undefined && typeof owner !== 'boolean') wrong(`${at}.owner`, owner, 'true or false');
  return { role: role as Role, ...(owner === undefined ? {} : { owner }) };
}

function checkedTeam(given: unknown, at: string, people: Readonly<Record<string, PersonProps>>): TeamProps {
  const { id, members } = record(given, at, ['id', 'members']);
  if (!Array.isArray(members)) wrong(`${at}.members`, members, 'a list of logins');
  const stranger = members.find((login) => typeof login !== 'string' || !Object.hasOwn(people, login));
  if (stranger !== undefined) wrong(`${at}.members`, stranger, `one of ${Object.keys(people).sort().join(', ')}`);
  return { id: checkedId(id, at), members };
}

function checkedApp(given: unknown, at: string): AppProps {
  const app = record(given, at, ['id', 'permissions']);
  const id = checkedId(app.id, at);
  if (app.permissions === undefined) return { id };
  if (!Array.isArray(app.permissions)) wrong(`${at}.permissions`, app.permissions, `a list of ${permissions.join(', ')}`);
  const unknown = app.permissions.find((permission) => !permissions.includes(permission));
  if (unknown !== undefined) wrong(`${at}.permissions`, unknown, `one of ${permissions.join(', ')}`);
  return { id, permissions: app.permissions };
}

function checkedId(id: unknown, at: string): number {
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1) wrong(`${at}.id`, id, 'a whole number above zero');
  return id;
}

function unique(where: string, named: Readonly<Record<string, { readonly id: number }>>): void {
  const seen = new Map<number, string>();
  for (const [slug, { id }] of Object.entries(named)) {
    const before = seen.get(id);
    if (before !== undefined) wrong(`${where}.${slug}.id`, id, `an id of its own; ${before} has this one`);
    seen.set(id, slug);
  }
}

function mapped<T>(given: unknown, at: string, check: (value: unknown, at: string) => T): Readonly<Record<string, T>> {
  const entries = Object.entries(record(given, at));
  for (const [name] of entries) {
    if (!/^[A-Za-z0-9][A-Za-z0-9._[\]-]*$/.test(name)) wrong(at, name, 'a name of letters, digits, dots and dashes');
  }
  return Object.fromEntries(entries.map(([name, value]) => [name, check(value, `${at}.${name}`)]));
}

function record(given: unknown, at: string, fields?: readonly string[]): Readonly<Record<string, unknown>> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) wrong(at, given, 'a mapping');
  const unknown = fields === undefined ? undefined : Object.keys(given).find((field) => !fields.includes(field));
  if (unknown !== undefined) wrong(at, unknown, `only ${fields?.join(', ')}`);
  return given as Readonly<Record<string, unknown>>;
}

function wrong(where: string, given: unknown, expected: string): never {
  return wrongUse(`${where}: given ${given === undefined ? 'nothing' : JSON.stringify(given)}`, `expected ${expected}`);
}
