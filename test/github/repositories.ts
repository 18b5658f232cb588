import { authenticated, may, repositoryOf } from './access';
import { simpleUser } from './accounts';
import { organizationOf } from './organizations';
import type { Principal } from './principals';
import { type ApiRequest, created, forbidden, invalid, type JsonObject, noContent, ok, type Route, unsupported } from './route';
import type { Account, Repository, Visibility } from './world';

const reading = { role: 'read', app: ['metadata', 'read'] } as const;
const administering = { role: 'admin', app: ['administration', 'write'] } as const;

export const repositoryRoutes: readonly Route[] = [
  { method: 'GET', path: '/repos/{owner}/{repo}', handle: (request) => ok(repositoryBody(repositoryOf(request, reading), request.caller)) },
  { method: 'POST', path: '/orgs/{org}/repos', handle: (request) => make(request, organizationOf(request)) },
  {
    method: 'PATCH',
    path: '/repos/{owner}/{repo}',
    handle: (request) => {
      const repository = repositoryOf(request, administering);
      change(repository, request.body);
      return ok(repositoryBody(repository, request.caller));
    },
  },
  {
    method: 'DELETE',
    path: '/repos/{owner}/{repo}',
    handle: (request) => {
      const repository = repositoryOf(request, administering);
      request.world.removeRepository(repository);
      return noContent;
    },
  },
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/topics',
    handle: (request) => ok({ names: repositoryOf(request, reading).topics }),
  },
  {
    method: 'PUT',
    path: '/repos/{owner}/{repo}/topics',
    handle: (request) => {
      const repository = repositoryOf(request, administering);
      repository.topics = request.body.names as readonly string[];
      return ok({ names: repository.topics });
    },
  },
];

function make(request: ApiRequest, owner: Account): ReturnType<Route['handle']> {
  const { world, body } = request;
  const caller = authenticated(request);
  if (caller.kind !== 'person' || !world.people.people[caller.login]?.owner)
    forbidden('You need admin access to the organization before adding a repository to it.');
  const name = String(body.name);
  if (world.tryRepository(owner.login, name) !== undefined) {
    invalid({ resource: 'Repository', code: 'custom', field: 'name', message: 'name already exists on this account' });
  }
  if (body.auto_init === true) unsupported('auto_init: a repository is made empty');
  const visibility = (body.visibility ?? (body.private === true ? 'private' : 'public')) as Visibility;
  const repository = world.addRepository({ name: `${owner.login}/${name}`, visibility });
  change(repository, body);
  return created(repositoryBody(repository, caller));
}

function change(repository: Repository, body: JsonObject): void {
  const { name, visibility, private: hidden, default_branch: defaultBranch, archived, ...settings } = body;
  if (name !== undefined && name !== repository.name) unsupported('renaming a repository');
  if (defaultBranch !== undefined && defaultBranch !== repository.defaultBranch) unsupported('another default branch');
  if (archived === true) unsupported('archiving a repository');
  if (visibility !== undefined) repository.visibility = visibility as Visibility;
  else if (hidden !== undefined && hidden !== (repository.visibility !== 'public')) repository.visibility = hidden ? 'private' : 'public';
  repository.settings = { ...repository.settings, ...settings };
}

/** Settings of a new repository. */
const defaults = {
  description: null,
  homepage: null,
  is_template: false,
  has_issues: true,
  has_projects: true,
  has_wiki: true,
  has_discussions: false,
  allow_squash_merge: true,
  allow_merge_commit: true,
  allow_rebase_merge: true,
  allow_auto_merge: false,
  delete_branch_on_merge: false,
  allow_update_branch: false,
  allow_forking: false,
  web_commit_signoff_required: false,
  squash_merge_commit_title: 'COMMIT_OR_PR_TITLE',
  squash_merge_commit_message: 'COMMIT_MESSAGES',
  merge_commit_title: 'MERGE_MESSAGE',
  merge_commit_message: 'PR_TITLE',
};

export function repositoryBody(repository: Repository, caller: Principal | undefined): Readonly<Record<string, unknown>> {
  const { world, owner, fullName } = repository;
  const url = `${world.url}api/v3/repos/${fullName}`;
  const html = `${world.url}${fullName}`;
  const has = (role: 'read' | 'triage' | 'write' | 'maintain' | 'admin'): boolean =>
    caller?.kind === 'person' && may(repository, caller, { role, app: ['metadata', 'read'] });
  return {
    id: repository.id,
    node_id: repository.nodeId,
    name: repository.name,
    full_name: fullName,
    owner: simpleUser(world, owner),
    ...(owner.type === 'Organization' ? { organization: simpleUser(world, owner) } : {}),
    private: repository.visibility !== 'public',
    visibility: repository.visibility,
    default_branch: repository.defaultBranch,
    fork: false,
    url,
    html_url: html,
    ...Object.fromEntries(Object.entries(links).map(([name, path]) => [`${name}_url`, `${url}/${path}`])),
    git_url: `${html.replace(/^http/, 'git')}.git`,
    ssh_url: `git@127.0.0.1:${fullName}.git`,
    clone_url: `${html}.git`,
    svn_url: html,
    mirror_url: null,
    language: null,
    license: null,
    ...Object.fromEntries(counts.map((name) => [name, 0])),
    has_pages: false,
    has_downloads: false,
    archived: false,
    disabled: false,
    pushed_at: repository.createdAt,
    created_at: repository.createdAt,
    updated_at: repository.createdAt,
    permissions: { admin: has('admin'), maintain: has('maintain'), push: has('write'), triage: has('triage'), pull: has('read') },
    ...defaults,
    ...repository.settings,
    topics: repository.topics,
  };
}

const counts = [
  'forks_count',
  'stargazers_count',
  'watchers_count',
  'size',
  'open_issues_count',
  'subscribers_count',
  'network_count',
  'forks',
  'open_issues',
  'watchers',
];

const links: Readonly<Record<string, string>> = {
  archive: '{archive_format}{/ref}',
  assignees: 'assignees{/user}',
  blobs: 'git/blobs{/sha}',
  branches: 'branches{/branch}',
  collaborators: 'collaborators{/collaborator}',
  comments: 'comments{/number}',
  commits: 'commits{/sha}',
  compare: 'compare/{base}...{head}',
  contents: 'contents/{+path}',
  contributors: 'contributors',
  deployments: 'deployments',
  downloads: 'downloads',
  events: 'events',
  forks: 'forks',
  git_commits: 'git/commits{/sha}',
  git_refs: 'git/refs{/sha}',
  git_tags: 'git/tags{/sha}',
  hooks: 'hooks',
  issue_comment: 'issues/comments{/number}',
  issue_events: 'issues/events{/number}',
  issues: 'issues{/number}',
  keys: 'keys{/key_id}',
  labels: 'labels{/name}',
  languages: 'languages',
  merges: 'merges',
  milestones: 'milestones{/number}',
  notifications: 'notifications{?since,all,participating}',
  pulls: 'pulls{/number}',
  releases: 'releases{/id}',
  stargazers: 'stargazers',
  statuses: 'statuses/{sha}',
  subscribers: 'subscribers',
  subscription: 'subscription',
  tags: 'tags',
  teams: 'teams',
  trees: 'git/trees{/sha}',
};
