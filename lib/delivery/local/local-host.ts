import type { DesiredRuleset } from '../../desired/desired-state';
import { refuseDelivery, wrongUse } from '../error';
import { GitRepository } from '../git/git-repository';
import type { Actor, Comment, Host, MergeOutcome, PullRequest, PullRequestState, Review, Status } from '../host';
import type { Store } from '../store';
import { append, type Recorded } from './event-log';
import { existingHost, type HostFolder } from './host-folder';
import { localStore } from './local-store';
import { type MergeRequest, mergePullRequest } from './merge-pull-request';
import { type App, type AppPermission, mayWrite, type Person, principal, readPeople, roleIsAtLeast } from './people';
import { type HostRecords, type Opened, openHostRecords, type PullRequestEvent } from './pull-request-log';
import { givenReviews, type LoadedPullRequest, loadPullRequest } from './pull-request-state';
import type { Receiving } from './receive';
import { conditionCovers } from './ref-patterns';
import { readRulesets } from './rulesets';

export interface LocalHostOptions {
  /** Login of a person or slug of an app, as whom all calls are made. */
  readonly as: string;
  /**
   * The host's clock, milliseconds since the epoch.
   *
   * @default the clock of the machine
   */
  readonly clock?: () => number;
}

/** Most statuses that GitHub takes for one context of one commit. */
const MOST_STATUSES = 1_000;

/** Most characters that GitHub takes as the description of a status. */
const LONGEST_DESCRIPTION = 140;

/**
 * Opens a local host as one identity: its repository as a Store, its pull requests, statuses and reviews as a Host.
 *
 * @throws DeliveryError when the folder holds no host, or nobody there has this login.
 */
export async function openLocalHost(root: string, options: LocalHostOptions): Promise<{ readonly store: Store; readonly host: Host }> {
  const folder = await existingHost(root);
  const people = await readPeople(folder.people);
  principal(people, options.as);
  const at: Receiving = { folder, repository: new GitRepository(folder.repository), records: openHostRecords(folder.data) };
  const host = new LocalHost(at, people.repository, options.as, options.clock ?? Date.now);
  return { store: localStore(at, options.as, (branch, head) => host.closeHeadedBy(branch, head)), host };
}

class LocalHost implements Host {
  private readonly folder: HostFolder;
  private readonly git: GitRepository;
  private readonly records: HostRecords;

  constructor(
    private readonly at: Receiving,
    readonly repository: string,
    private readonly as: string,
    private readonly clock: () => number,
  ) {
    this.folder = at.folder;
    this.git = at.repository;
    this.records = at.records;
  }

  async actor(): Promise<Actor> {
    const { kind, login } = await this.who();
    return { kind, login };
  }

  async now(): Promise<number> {
    return this.clock();
  }

  async pullRequest(number: number): Promise<PullRequest> {
    return (await this.load(number)).pullRequest;
  }

  async pullRequests(filter: {
    readonly base?: string;
    readonly head?: string;
    readonly state?: PullRequestState;
  }): Promise<readonly PullRequest[]> {
    const opened = await this.records.opened.read();
    const matching = opened.filter(
      ({ event }) => (filter.base === undefined || event.base === filter.base) && (filter.head === undefined || event.head === filter.head),
    );
    if (matching.length === 0) return [];
    const branches = new Map((await this.git.refs('refs/heads/')).map(({ ref, commit }) => [ref.slice('refs/heads/'.length), commit]));
    const tryBranch = async (branch: string): Promise<string | undefined> => branches.get(branch);
    const loaded = await Promise.all(matching.map((one) => loadPullRequest(one, this.records, this.git, tryBranch)));
    return loaded.map(({ pullRequest }) => pullRequest).filter(({ state }) => filter.state === undefined || state === filter.state);
  }

  async openPullRequest(request: {
    readonly head: string;
    readonly base: string;
    readonly title: string;
    readonly body: string;
  }): Promise<PullRequest> {
    const { head, base, title, body } = request;
    const author = await this.allowed('pull_requests', 'open pull requests');
    for (;;) {
      const last = (await this.records.opened.read()).at(-1)?.number ?? 0;
      const [open] = await this.pullRequests({ head, base, state: 'open' });
      if (open !== undefined) {
        if (open.author.login === author.login) return open;
        wrongUse(
          `pull request #${open.number} from ${head} into ${base} is open already, by ${open.author.login}`,
          'use that one, or close it first',
        );
      }
      const headCommit = await this.mergeable(head, base);
      const event: Opened = { title, body, head, base, headCommit, author, at: this.clock() };
      if (await this.records.opened.tryAppend(last + 1, event)) return this.pullRequest(last + 1);
    }
  }

  async updatePullRequest(number: number, change: { readonly title?: string; readonly body?: string }): Promise<void> {
    await this.record(number, async ({ pullRequest }) => {
      const by = await this.authorOrWriter(pullRequest, 'change');
      return { kind: 'edited', ...change, by, at: this.clock() };
    });
  }

  async closePullRequest(number: number): Promise<void> {
    await this.record(number, async ({ pullRequest }) => {
      if (pullRequest.state === 'merged')
        refuseDelivery(`pull request #${number} was merged, as ${pullRequest.mergeCommit}`, 'nothing is left to close');
      const by = await this.authorOrWriter(pullRequest, 'close');
      if (pullRequest.state === 'closed') return undefined;
      return { kind: 'closed', headCommit: pullRequest.headCommit, by, at: this.clock() };
    });
  }

  /** Closes the pull requests whose head branch was at this commit until it was deleted, as GitHub does. */
  async closeHeadedBy(branch: string, headCommit: string): Promise<void> {
    const by = await this.actor();
    const opened = (await this.records.opened.read()).filter(({ event }) => event.head === branch);
    for (const { number } of opened) {
      await this.record(number, async ({ pullRequest, events }) => {
        if (pullRequest.state === 'merged' || events.some(({ kind }) => kind === 'closed')) return undefined;
        return { kind: 'closed', headCommit, by, at: this.clock() };
      });
    }
  }

  merge(number: number, how: MergeRequest): Promise<MergeOutcome> {
    return mergePullRequest(this.at, this.as, how, () => this.load(number), this.clock);
  }

  async statuses(commit: string): Promise<readonly Status[]> {
    return (await this.records.statuses(commit).read()).map(({ event }) => event);
  }

  async setStatus(commit: string, status: Pick<Status, 'context' | 'state' | 'description' | 'targetUrl'>): Promise<void> {
    const creator = await this.allowed('statuses', 'post statuses');
    const { context, state, description, targetUrl } = status;
    if (context === '') wrongUse('a status needs a context', 'name the check that it reports');
    if (description.length > LONGEST_DESCRIPTION) {
      wrongUse(`the description of status ${context} has ${description.length} characters`, `give at most ${LONGEST_DESCRIPTION}`);
    }
    if ((await this.git.tryCommit(commit)) === undefined) wrongUse(`there is no commit ${commit} in ${this.repository}`, 'push it first');
    const before = (await this.statuses(commit)).filter((one) => one.context === context).length;
    if (before >= MOST_STATUSES)
      refuseDelivery(`${commit} has ${before} statuses ${context} already`, 'post a status only when something changed');
    const at = this.clock();
    await append<Status>(this.records.statuses(commit), {
      context,
      state,
      description,
      ...(targetUrl === undefined ? {} : { targetUrl }),
      creator,
      at,
    });
  }

  async reviews(number: number): Promise<readonly Review[]> {
    const { pullRequest, events } = await this.load(number);
    const rulesets = await readRulesets(this.folder.rulesets);
    const dismissing = dismissesStale(rulesets, `refs/heads/${pullRequest.base}`, await this.defaultBranch());
    return givenReviews(events).map((review) => {
      const stale = review.state === 'approved' && review.commit !== pullRequest.headCommit;
      return stale && dismissing ? { ...review, state: 'dismissed' } : review;
    });
  }

  async review(
    number: number,
    review: { readonly state: 'approved' | 'changes-requested'; readonly commit: string; readonly body?: string },
  ): Promise<void> {
    const by = await this.allowed('pull_requests', 'review');
    await this.record(number, async ({ pullRequest }) => {
      if (pullRequest.state !== 'open')
        refuseDelivery(`pull request #${number} is ${pullRequest.state}`, 'only open pull requests are reviewed');
      if (pullRequest.author.login === by.login)
        refuseDelivery(`${by.login} wrote pull request #${number}`, 'somebody else has to review it');
      if (pullRequest.headCommit !== review.commit) {
        refuseDelivery(
          `the head of #${number} is ${pullRequest.headCommit}, not ${review.commit}`,
          'look at the new head, then review that',
        );
      }
      const { state, commit, body } = review;
      return { kind: 'reviewed', state, commit, ...(body === undefined ? {} : { body }), by, at: this.clock() };
    });
  }

  async comments(number: number): Promise<readonly Comment[]> {
    await this.load(number);
    const recorded = await this.records.pullRequest(number).read();
    return recorded.flatMap(({ number: place, event }) =>
      event.kind === 'commented' ? [{ id: number * 1_000_000 + place, author: event.by, body: event.body, at: event.at }] : [],
    );
  }

  async comment(number: number, body: string): Promise<void> {
    const by = await this.allowed('pull_requests', 'comment');
    await this.record(number, async () => ({ kind: 'commented', body, by, at: this.clock() }));
  }

  async mayWrite(login: string): Promise<boolean> {
    const { people } = await readPeople(this.folder.people);
    const [, person] = Object.entries(people).find(([name]) => name.toLowerCase() === login.toLowerCase()) ?? [];
    return person !== undefined && roleIsAtLeast(person.role, 'write');
  }

  async tryTeam(slug: string): Promise<readonly string[] | undefined> {
    const { teams } = await readPeople(this.folder.people);
    return Object.hasOwn(teams, slug) ? teams[slug]?.members : undefined;
  }

  private async load(number: number): Promise<LoadedPullRequest> {
    const opened = await this.records.opened.tryRead(number);
    if (opened === undefined) wrongUse(`there is no pull request #${number} in ${this.repository}`, 'list the pull requests');
    return loadPullRequest(opened as Recorded<Opened>, this.records, this.git);
  }

  /** Writes the event that follows from the pull request as it is, and decides again when another event came between. */
  private async record(number: number, decide: (loaded: LoadedPullRequest) => Promise<PullRequestEvent | undefined>): Promise<void> {
    for (;;) {
      const loaded = await this.load(number);
      const event = await decide(loaded);
      if (event === undefined || (await this.records.pullRequest(number).tryAppend(loaded.next, event))) return;
    }
  }

  /** Refuses a pull request that has nothing to merge; returns its head. */
  private async mergeable(head: string, base: string): Promise<string> {
    const [from, to] = await Promise.all([this.git.tryRef(`refs/heads/${head}`), this.git.tryRef(`refs/heads/${base}`)]);
    if (from === undefined || to === undefined) {
      return wrongUse(`there is no branch ${from === undefined ? head : base} in ${this.repository}`, 'push it first');
    }
    if (await this.git.isAncestor(from, to)) wrongUse(`${base} contains all of ${head} already`, 'commit something to the head first');
    if ((await this.git.tryMergeBase(to, from)) === undefined)
      wrongUse(`${head} and ${base} have no history in common`, 'begin the head at the base');
    return from;
  }

  private async defaultBranch(): Promise<string> {
    return this.git.defaultBranch();
  }

  private async who(): Promise<Person | App> {
    return principal(await readPeople(this.folder.people), this.as);
  }

  /** Everybody may open, review and comment; statuses ask for the right to write; apps need the permission. */
  private async allowed(permission: AppPermission, what: string): Promise<Actor> {
    const who = await this.who();
    const may = who.kind === 'app' ? who.permissions.includes(permission) : permission !== 'statuses' || mayWrite(who);
    if (!may)
      refuseDelivery(
        `${who.login} may not ${what} in ${this.repository}`,
        `give ${who.login} the right in people.yaml, or act as somebody else`,
      );
    return { kind: who.kind, login: who.login };
  }

  private async authorOrWriter(pullRequest: PullRequest, what: string): Promise<Actor> {
    const by = await this.allowed('pull_requests', `${what} pull requests`);
    const who = await this.who();
    if (who.kind === 'person' && by.login !== pullRequest.author.login && !mayWrite(who)) {
      refuseDelivery(`${by.login} may not ${what} pull request #${pullRequest.number}`, 'its author, or somebody who may write, can');
    }
    return by;
  }
}

function dismissesStale(rulesets: readonly DesiredRuleset[], ref: string, defaultBranch: string): boolean {
  return rulesets.some(
    ({ target, enforcement, conditions, rules }) =>
      target === 'branch' &&
      enforcement === 'active' &&
      conditionCovers(conditions.ref_name, ref, defaultBranch) &&
      rules.some((rule) => rule.type === 'pull_request' && rule.parameters.dismiss_stale_reviews_on_push),
  );
}
