import type { DesiredState } from '../desired/desired-state';
import type { Exploration, Violation } from '../explorer/explore';
import type { PlatformModel } from '../model/platform-model';
import type { Diagnostic, Severity } from '../values/diagnostic';

/** What only the outside knows. A rule that needs an absent fact says that it did not check. */
export interface Facts {
  /** Today, `YYYY-MM-DD`. */
  readonly date?: string;
  /** Paths of the files that exist in a repository, by `owner/name`. */
  readonly repositoryFiles?: Readonly<Record<string, readonly string[]>>;
  /** What the host says of a repository's visibility and its owner's plan, by `owner/name`. */
  readonly hostPlan?: Readonly<Record<string, HostPlan>>;
  /** Members of a team, by its slug. */
  readonly teamSizes?: Readonly<Record<string, number>>;
}

export interface HostPlan {
  readonly visibility: 'public' | 'private' | 'internal';
  readonly plan: 'free' | 'pro' | 'team' | 'enterprise';
}

/** All that a rule may read. */
export interface RuleContext {
  readonly model: PlatformModel;
  /** What is compiled, overrides included: a declaration that an override voids counts as voided. */
  readonly desired: DesiredState;
  readonly facts: Facts;
  /** Everything that can happen within the bounds; explored at the first call. */
  readonly exploration: () => Exploration;
}

/** What a finding concerns, so that a sequence of events that does the harm is shown with its cause. */
export interface Subject {
  readonly environments?: readonly string[];
  /** Repository and full ref, for instance `acme/shop refs/heads/main`. */
  readonly refs?: readonly string[];
}

/** One thing that a rule refuses: a {@link Diagnostic} without what the rule itself says. */
export interface RuleFinding extends Pick<Diagnostic, 'path' | 'message' | 'given' | 'expected' | 'remedy' | 'sequence'> {
  /** Severity of this finding. @default the rule's */
  readonly severity?: Severity;
  /** @default nothing: no sequence is looked for */
  readonly about?: Subject;
}

/** The page that `stagegate explain CODE` prints. */
export interface Explanation {
  /** What is wrong, as a sentence without a full stop. */
  readonly title: string;
  readonly refuses: string;
  readonly why: string;
  /** A declaration that is refused. */
  readonly example: string;
  readonly remedy: string;
}

export interface Rule {
  /** `SG` and three digits, from 101. */
  readonly code: string;
  /** Kebab-case, unique. */
  readonly name: string;
  readonly severity: Severity;
  readonly explain: Explanation;
  readonly check: (context: RuleContext) => readonly RuleFinding[];
  /** Why the rule could not look at something that this platform has; undefined when it looked at everything. */
  readonly notChecked?: (context: RuleContext) => string | undefined;
  /** The finding for a violation that the explorer found and no rule names the cause of; undefined when it belongs to another rule. */
  readonly explored?: (violation: Violation, context: RuleContext) => RuleFinding | undefined;
  /** The finding for an environment that the explorer saw no release reach although no rule found an error. */
  readonly unreached?: (unreached: Exploration['unreached'][number], context: RuleContext) => RuleFinding;
}

/** A ref as {@link Subject} names it. */
export function refSubject(repository: string, ref: string): string {
  return `${repository} ${ref}`;
}
