import { ownersOf } from './codeowners';
import { groupName, type MergeMethod, type Principal } from './github';
import type { IntentActor, IntentProgram, IntentProtection } from './intent';
import { approversOf, membersAmong, type PullRequest } from './pull-request';
import { refMatches } from './ref-pattern';

/** A demand of the intent that a merged pull request did not meet. */
export interface Unmet {
  readonly demand: string;
  readonly message: string;
  /** Whether it was met by a report of somebody else. */
  readonly forged?: boolean;
}

/** What a change of the program lacks; undefined when it has all that the strictest edge asks for. */
export function unmetProgram(program: IntentProgram, pull: PullRequest): Unmet | undefined {
  const file = pull.files.find((changed) => program.files.includes(changed));
  if (file === undefined) return undefined;
  const subject = `${file} on ${pull.base} can be changed`;
  const version = pull.pushers.length;
  const approvers = approversOf(pull, version, pull.pushers);
  if (approvers.length < program.approvals) {
    const ever = approversOf(pull, 1, pull.pushers.slice(0, 1));
    if (ever.length >= program.approvals && approversOf(pull, version, pull.pushers.slice(0, 1)).length < program.approvals) {
      return { demand: 'fresh approvals', message: `${subject} after its approval` };
    }
    if (ever.length >= program.approvals) return { demand: 'last push', message: `${subject} with nobody but the last pusher approving` };
    return { demand: 'approvals', message: `${subject} with ${counted(approvers.length)} of ${counted(program.approvals)} approvals` };
  }
  const reported = pull.reports.filter((report) => report.version === version);
  const check = program.checks.find(
    ({ context, app }) => !reported.some((report) => report.context === context && report.app === String(app)),
  );
  if (check) return { demand: `check ${check.context}`, message: `${subject} without ${check.context}` };
  if (program.upToDate && pull.behind) return { demand: 'up to date', message: `${subject} as an older program judged it` };
  const group = program.including.find((candidate) => membersAmong(approvers, groupName(candidate)) < candidate.count);
  if (group) return { demand: `group ${groupName(group)}`, message: `${subject} without the approval of ${groupName(group)}` };
  return undefined;
}

/** What a merge onto a protected branch lacks of its declared protection. */
export function unmetProtection(protection: IntentProtection, pull: PullRequest, by: Principal, method: MergeMethod): Unmet | undefined {
  if (protection.bypass.some((actor) => isActor(actor, by))) return undefined;
  const subject = `a commit gets onto ${pull.base}`;
  const version = pull.pushers.length;
  const author = pull.pushers.slice(0, 1);
  if (protection.onlyFrom.length > 0 && !protection.onlyFrom.some((pattern) => refMatches(pattern, pull.head, ''))) {
    return { demand: 'head branch', message: `${subject} from ${pull.head}, which may not be merged there` };
  }
  const reported = pull.reports.filter((report) => report.version === version);
  for (const { context, app } of protection.checks) {
    const reports = reported.filter((report) => report.context === context);
    if (reports.some((report) => report.app === String(app))) continue;
    const how = reports.length > 0 ? 'which somebody else reported' : 'which never succeeded';
    return { demand: `check ${context}`, message: `${subject} without ${context}, ${how}`, forged: reports.length > 0 };
  }
  const approvers = approversOf(pull, protection.dismissStale ? version : 1, author);
  if (approvers.length < protection.approvals) {
    const stale = approversOf(pull, 1, author).length >= protection.approvals;
    return stale
      ? { demand: 'fresh approvals', message: `${subject} that came after the approval` }
      : { demand: 'approvals', message: `${subject} with ${counted(approvers.length)} of ${counted(protection.approvals)} approvals` };
  }
  if (protection.lastPushApproval && protection.approvals > 0) {
    if (approversOf(pull, version, [...author, ...pull.pushers.slice(-1)]).length === 0) {
      return { demand: 'last push', message: `${subject} with nobody but the last pusher approving` };
    }
  }
  if (protection.codeOwners) {
    const unowned = pull.files.find((file) => {
      const owners = ownersOf(pull.repository, file);
      return (
        owners.length > 0 && !approvers.some(({ name, teams }) => owners.includes(name) || teams.some((team) => owners.includes(team)))
      );
    });
    if (unowned !== undefined) return { demand: 'code owners', message: `${subject} that changes ${unowned} without its owners` };
  }
  if (!protection.mergeMethods.includes(method))
    return { demand: `method ${method}`, message: `${subject} by ${method}, which is not allowed` };
  return undefined;
}

const RANK = { write: 0, maintain: 1, admin: 2 } as const;

/** Whether a declared exemption is meant for this principal. */
export function isActor(actor: IntentActor, principal: Principal): boolean {
  switch (actor.kind) {
    case 'app':
      return principal.app === String(actor.id);
    case 'team':
      return principal.teams.includes(actor.slug);
    case 'role':
      return principal.app === undefined && RANK[principal.role] >= RANK[actor.role];
    case 'organization-admin':
      return principal.role === 'admin';
  }
}

function counted(count: number): string {
  return count === 0 ? 'none' : String(count);
}
