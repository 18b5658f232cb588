import type { DeliveryEdge, DeliveryEnvironment, DesiredDelivery } from '../desired/desired-state';
import { wrongUse } from './error';
import type { Actor, Host } from './host';
import type { Store } from './store';
import type { TargetHealth } from './target-health';

/** A gate as the desired state holds it. */
export type DeliveryGate = DeliveryEdge['gates'][number];

/** Tells whether an image still exists, by `repository@sha256:…`. */
export interface ImageRegistry {
  exists(image: string): Promise<boolean>;
}

/** A source repository other than the delivery repository, read only. */
export interface SourceRepository {
  readonly store: Store;
  readonly host: Host;
}

/**
 * All that a step of delivery reads and writes: the policy, which the caller takes from the head of the program branch, git and the host
 * as the delivery app, and the target. Nothing is kept between two steps.
 */
export interface Delivery {
  readonly desired: DesiredDelivery;
  /** Refs and trees of the delivery repository, as the delivery app. */
  readonly store: Store;
  /** Pull requests, statuses and reviews of the delivery repository, as the delivery app. */
  readonly host: Host;
  readonly target: TargetHealth;
  /** Source repositories beside the delivery repository, by `owner/name`; what is missing here cannot be judged and holds a release back. */
  readonly sources?: ReadonlyMap<string, SourceRepository>;
  /** Asked before a rollback; without it the check is reported as not made. */
  readonly images?: ImageRegistry;
}

/** The environment of this name. @throws DeliveryError when the program declares none */
export function environmentNamed(desired: DesiredDelivery, name: string): DeliveryEnvironment {
  const found = desired.environments.find((environment) => environment.name === name);
  return found ?? wrongUse(`there is no environment ${name}`, `choose one of ${desired.environments.map((one) => one.name).join(', ')}`);
}

/** Whether releases may enter: not before an environment is active, not while it is suspended, not after it was retired. */
export function takesReleases(environment: DeliveryEnvironment): boolean {
  return environment.lifecycle === 'active' || environment.lifecycle === 'deprecated';
}

/** Policies that lead into an environment. */
export function edgesInto(desired: DesiredDelivery, environment: string): readonly DeliveryEdge[] {
  return desired.edges.filter((edge) => edge.to === environment);
}

/** The environment and everything that its releases come through, by name. */
export function withUpstream(desired: DesiredDelivery, environment: string): ReadonlySet<string> {
  const found = new Set([environment]);
  for (const name of found) for (const edge of edgesInto(desired, name)) found.add(edge.from);
  return found;
}

/** The store and host of a repository; undefined when this process was given no access to it. */
export function tryRepository(delivery: Delivery, repository: string): SourceRepository | undefined {
  return repository === delivery.desired.repository ? delivery : delivery.sources?.get(repository);
}

/** Whether a status, comment or pull request comes from the delivery app, which alone makes it evidence. */
export function isDeliveryApp(desired: DesiredDelivery, actor: Actor): boolean {
  return actor.kind === 'app' && actor.login === desired.apps.delivery.slug;
}

export function branchRef(branch: string): string {
  return `refs/heads/${branch}`;
}

export function releaseRef(desired: DesiredDelivery, release: string): string {
  return `refs/tags/${desired.releaseTagPrefix}${release}`;
}

/** Name of the branch that holds the head of an open promotion. */
export function promotionBranch(desired: DesiredDelivery, environment: string, release: string): string {
  return `${desired.promotionBranchPrefix}${environment}/${release}`;
}

/** Address of a page of the delivery repository. */
export function repositoryPage(desired: DesiredDelivery, path: string): string {
  return `https://github.com/${desired.repository}/${path}`;
}

/** Text of a status, cut to the 140 characters that hosts take. */
export function statusText(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= 140 ? line : `${line.slice(0, 139)}…`;
}

/** The first characters of a commit, as people say it. */
export function shortCommit(commit: string): string {
  return commit.slice(0, 7);
}

/** The time as people and logs read it, UTC, to the second. */
export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
