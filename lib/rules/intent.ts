import type {
  Intent,
  IntentActor,
  IntentCheck,
  IntentEdge,
  IntentEnvironment,
  IntentGate,
  IntentGroup,
  IntentProgram,
  IntentProtection,
} from '../explorer/intent';
import type {
  ApproverGroupModel,
  BypassModel,
  CheckModel,
  EnvironmentModel,
  GateModel,
  PlatformModel,
  PolicyModel,
  ProtectionModel,
} from '../model/platform-model';
import { appSlot, slotToken } from '../values/slot';

/** The declared policies as the explorer's monitor reads them; made from the model alone, so that a gate lost in compilation is missed. */
export function intentOf(model: PlatformModel): Intent {
  return {
    environments: model.environments.filter(({ lifecycle }) => lifecycle !== 'retired').map(intentEnvironment),
    edges: model.policies.map(intentEdge),
    protections: [...model.protections.map((protection) => intentProtection(model, protection)), ...undeclaredTags(model)],
    program: intentProgram(model),
  };
}

function intentEnvironment({ name, tier, source, sync }: EnvironmentModel): IntentEnvironment {
  return { name, tier, ...(source === undefined ? {} : { source }), sync: sync.kind };
}

function intentEdge({ name, from, to, on, gates, rollback }: PolicyModel): IntentEdge {
  return { policy: name, from, to, ...(on === undefined ? {} : { on }), gates: gates.map(intentGate), rollback };
}

function intentGate(gate: GateModel): IntentGate {
  switch (gate.kind) {
    case 'approvals':
      return { id: gate.id, kind: gate.kind, total: gate.total, including: gate.including.map(intentGroup) };
    case 'check':
      return { id: gate.id, kind: gate.kind, check: gate.check };
    default:
      return gate;
  }
}

function intentGroup(group: ApproverGroupModel): IntentGroup {
  return group;
}

function intentProtection(model: PlatformModel, protection: ProtectionModel): IntentProtection {
  const { ref, approvals, codeOwners, dismissStale, lastPushApproval, onlyFrom, linearHistory } = protection;
  return {
    ref,
    checks: protection.checks.map((check) => intentCheck(model, check)),
    approvals,
    codeOwners,
    dismissStale,
    lastPushApproval,
    onlyFrom,
    mergeMethods: protection.mergeMethods.filter((method) => method !== 'merge' || !linearHistory),
    bypass: protection.bypass.map(intentActor),
  };
}

function intentCheck(model: PlatformModel, check: CheckModel): IntentCheck {
  const app = check.kind === 'run' ? model.apps.actions : Object.values(model.apps).find(({ slug }) => slug === check.app);
  return { context: check.name, app: app?.id ?? slotToken(appSlot(check.kind === 'run' ? model.apps.actions.slug : check.app)) };
}

function intentActor(bypass: BypassModel): IntentActor {
  const { mode } = bypass;
  switch (bypass.kind) {
    case 'app':
      return { kind: 'app', id: bypass.id, mode };
    case 'team':
      return { kind: 'team', slug: bypass.slug, mode };
    case 'role':
      return { kind: 'role', role: bypass.role, mode };
    case 'organization-admin':
      return { kind: 'organization-admin', mode };
  }
}

/** Who may make the tags that release, where nothing is declared: those who maintain the repository. */
function undeclaredTags(model: PlatformModel): IntentProtection[] {
  const refs = [...model.environments.map(({ source }) => source), ...model.policies.map(({ on }) => on)];
  const tags = new Map(refs.flatMap((ref) => (ref?.kind === 'tags' ? [[`${ref.repository} ${ref.pattern}`, ref] as const] : [])));
  const declared = new Set(model.protections.map(({ ref }) => `${ref.repository} ${ref.pattern}`));
  return [...tags].flatMap(([key, ref]) =>
    declared.has(key)
      ? []
      : [
          {
            ref,
            checks: [],
            approvals: 0,
            codeOwners: false,
            dismissStale: false,
            lastPushApproval: false,
            onlyFrom: [],
            mergeMethods: [],
            bypass: [{ kind: 'role', role: 'maintain', mode: 'always' }],
          },
        ],
  );
}

function intentProgram(model: PlatformModel): IntentProgram {
  const { approvals, including } = strictestApprovals(model);
  const { repository, branch } = model.program;
  const declared = model.protections.find(({ ref }) => ref.kind === 'branch' && ref.repository === repository && ref.pattern === branch);
  return {
    repository,
    branch,
    approvals,
    including,
    // Named here again and not taken from what is compiled: the monitor must not learn what to expect from what it judges.
    checks: [{ context: 'stagegate/policy', app: model.apps.delivery.id }],
    // A branch that only long-lived branches are merged into would have to be merged back before each change.
    upToDate: declared === undefined || declared.onlyFrom.length === 0,
    files: guardedFiles(model),
  };
}

/** What the edges into production tiers ask for: the largest total, and every group that one of them includes. */
export function strictestApprovals(model: PlatformModel): {
  readonly approvals: number;
  readonly including: readonly ApproverGroupModel[];
} {
  const production = new Set(model.environments.filter(({ tier }) => tier === 'production').map(({ name }) => name));
  const gates = model.policies
    .filter(({ to }) => production.has(to))
    .flatMap((policy) => policy.gates)
    .filter((gate) => gate.kind === 'approvals');
  const including = new Map(
    gates.flatMap((gate) => gate.including).map((group) => ['team' in group ? group.team : group.people.join(), group]),
  );
  return { approvals: Math.max(1, ...gates.map((gate) => gate.total)), including: [...including.values()] };
}

/** Files of the delivery repository whose change is a change of the program; one workflow stands for all of them. */
export function guardedFiles(model: PlatformModel): string[] {
  const { file, lockFile } = model.program;
  // What lies beside the lock file decides which packages the program loads and how it is read.
  const beside = ['package.json', '.npmrc', 'tsconfig.json'].map((name) => lockFile.replace(/[^/]*$/, name));
  return [file, lockFile, ...beside, '.github/workflows/deliver.yaml', '.github/CODEOWNERS'];
}
