import type { Actor, Host, SourceRepository, Store } from '../delivery';
import type { DesiredDelivery } from '../desired/desired-state';

/** A host before the policy is known, which says who delivers there. */
export interface OpenedHost {
  /** What it is called in messages. */
  readonly shown: string;
  /** Repository on this machine that has the commits of the program branch. */
  readonly gitDir: string;
  readonly programBranch: string;
  /** Head of the program branch; undefined when there is none yet. */
  readonly programHead: string | undefined;
  /** Folder in which `target.yaml` is looked for. */
  readonly targetFolder: string;
  /** Why the program is not run here, and what to do instead; undefined where it may be. */
  readonly programRefusal?: { readonly message: string; readonly remedy: string };
  open(desired: DesiredDelivery): Promise<OpenedIdentities>;
}

export interface OpenedIdentities {
  /** As the delivery app. */
  readonly store: Store;
  readonly host: Host;
  /** Source repositories beside the delivery repository. */
  readonly sources?: ReadonlyMap<string, SourceRepository>;
  readonly caller: Actor;
  /** As the caller. */
  readonly callersHost: Host;
}
