import { Construct } from 'constructs';
import { wholeNumber } from './environment';
import { isNoun, markNoun, openScope } from './noun';
import type { Repository } from './repository';
import type { Bypass } from './values/bypass';
import type { Check } from './values/check';
import { refuse, shown } from './values/diagnostic';
import type { Source } from './values/source';

export interface BranchProtectionProps {
  /** The branch, or the tags, of the repository that is the scope. */
  readonly ref: Source;
  /** Checks that must succeed. @default none */
  readonly checks?: readonly Check[];
  /** Approving reviews, 0 to 10. @default 0 */
  readonly approvals?: number;
  /** Whether owners by CODEOWNERS must be among them. @default false; the program branch demands it for approving teams */
  readonly codeOwners?: boolean;
  /** Whether a new push voids approvals. @default true */
  readonly dismissStale?: boolean;
  /** Whether somebody else than the last pusher must have approved. @default true when approvals are asked for */
  readonly lastPushApproval?: boolean;
  /** Branches from which pull requests may come, by name or pattern: `release/*`. @default any */
  readonly onlyFrom?: readonly string[];
  /** Ways to merge. @default merge, squash and rebase */
  readonly mergeMethods?: readonly ('merge' | 'squash' | 'rebase')[];
  /** Whether merge commits are refused. @default false */
  readonly linearHistory?: boolean;
  /** Actors that are exempt. @default none */
  readonly bypass?: readonly Bypass[];
}

/** Who may change a branch or tags of a repository. Pull requests are required, deletion and force pushes refused. */
export class BranchProtection extends Construct {
  static isBranchProtection(value: unknown): value is BranchProtection {
    return isNoun(value, 'protection');
  }

  readonly repository: Repository;
  readonly protectionName: string;
  readonly props: BranchProtectionProps;

  constructor(scope: Repository, id: string, props: BranchProtectionProps) {
    super(openScope(scope, id), id);
    markNoun(this, 'protection');
    const path = this.node.path;
    if (props.ref.repository !== scope) {
      refuse({
        code: 'SG009',
        name: 'foreign-reference',
        path,
        message: 'a protection belongs to the repository of its ref',
        given: `a ref of ${shown(props.ref.repository.repositoryName)} below ${shown(scope.repositoryName)}`,
        expected: `a ref of ${shown(scope.repositoryName)}`,
        remedy: 'declare the protection with the repository of the ref as its scope',
      });
    }
    wholeNumber(props.approvals, 0, 10, 'approvals', path);
    const names = (props.checks ?? []).map((check) => check.name);
    const twice = names.find((name, index) => name.trim() === '' || names.indexOf(name) !== index);
    if (twice !== undefined) {
      refuse({
        code: 'SG006',
        name: 'duplicate-declaration',
        path,
        message: 'a check needs a name of its own',
        given: shown(twice),
        expected: 'non-empty names that differ',
        remedy: 'name each required check once',
      });
    }
    if (props.mergeMethods?.length === 0) {
      refuse({
        code: 'SG018',
        name: 'invalid-merge-methods',
        path,
        message: 'no way to merge is left',
        given: '[]',
        expected: 'at least one of merge, squash, rebase',
        remedy: 'allow one, or leave mergeMethods out',
      });
    }
    this.repository = scope;
    this.protectionName = id;
    this.props = props;
  }
}
