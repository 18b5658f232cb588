import type { DesiredState } from '../desired/desired-state';
import { Bounds, type Exploration, type Explore, explore, type Violation } from '../explorer/explore';
import type { PlatformModel } from '../model/platform-model';
import type { Diagnostic } from '../values/diagnostic';
import { takesReleases } from './environments';
import { intentOf } from './intent';
import { type Facts, type Rule, type RuleContext, type RuleFinding, refSubject } from './rule';
import { RULES } from './rules';
import { suppress, unusedSuppression } from './sg501-unused-suppression';

export interface CheckOptions {
  /** How far the explorer looks; `none` leaves it out, and the result says so. @default Bounds.quick */
  readonly bounds?: Bounds | 'none';
  /** Codes of rules that are left out. @default none */
  readonly without?: readonly string[];
}

/** A rule, or a part of it, that could not look: a fact is absent, or the explorer was left out. */
export interface NotChecked {
  readonly code: string;
  readonly name: string;
  readonly why: string;
}

export interface CheckResult {
  /** What holds, errors first; suppressed findings are not among them. */
  readonly diagnostics: readonly Diagnostic[];
  /** Findings that the program accepts, each with its reason. */
  readonly suppressed: readonly Diagnostic[];
  readonly notChecked: readonly NotChecked[];
  /** What the explorer looked at; absent when it was left out. */
  readonly exploration?: ExplorationSummary;
}

export interface ExplorationSummary {
  readonly bounds: Bounds;
  readonly states: number;
  /** False when the budget of states ended the run. */
  readonly complete: boolean;
  /** Events until a release first runs lawfully, by environment. */
  readonly firstLawfulArrival: Readonly<Record<string, number>>;
}

/** Applies every rule to a platform and to what it compiles to. Reports all at once, in one order. */
export function check(model: PlatformModel, desired: DesiredState, facts: Facts = {}, options: CheckOptions = {}): CheckResult {
  return checkWith(RULES, explore, model, desired, facts, options);
}

/** {@link check} with other rules or another explorer. */
export function checkWith(
  rules: readonly Rule[],
  explore: Explore,
  model: PlatformModel,
  desired: DesiredState,
  facts: Facts,
  { bounds = Bounds.quick, without = [] }: CheckOptions,
): CheckResult {
  const applied = rules.filter(({ code }) => !without.includes(code));
  let explored: Explored | undefined;
  const context: RuleContext = {
    model,
    desired,
    facts,
    exploration: () => {
      explored ??= tryExplore(() => explore(desired, intentOf(model), bounds === 'none' ? Bounds.quick : bounds));
      return explored.exploration;
    },
  };
  const found = applied.flatMap((rule) => rule.check(context).map((finding) => ({ rule, finding })));
  const notChecked = applied.flatMap((rule) => {
    const why = rule.notChecked?.(context);
    return why === undefined ? [] : [{ code: rule.code, name: rule.name, why }];
  });
  const all = bounds === 'none' ? found : withUnreached(withSequences(found, applied, context), applied, context);
  const diagnostics = all.map(({ rule, finding }) => diagnosticOf(rule, finding));
  const { remaining, suppressed, unused } = suppress(model, diagnostics);
  const left = applied.includes(unusedSuppression) ? unused : [];
  const exploration = bounds === 'none' ? undefined : context.exploration();
  const notExplored =
    exploration === undefined
      ? 'the explorer was left out'
      : exploration.complete
        ? undefined
        : (explored?.refused ?? `the explorer was cut off after ${exploration.states} states`);
  return {
    diagnostics: inOrder([...remaining, ...left]),
    suppressed: inOrder(suppressed),
    notChecked: [
      ...notChecked,
      ...applied
        .filter(({ explored }) => explored !== undefined && notExplored !== undefined)
        .map(({ code, name }) => ({ code, name, why: notExplored ?? '' })),
    ],
    ...(exploration === undefined || bounds === 'none'
      ? {}
      : {
          exploration: {
            bounds,
            states: exploration.states,
            complete: exploration.complete,
            firstLawfulArrival: exploration.firstLawfulArrival,
          },
        }),
  };
}

interface Explored {
  readonly exploration: Exploration;
  /** Why nothing could be explored. */
  readonly refused?: string;
}

/** A platform that the explorer has no room for is checked by the rules alone, which the result says. */
function tryExplore(explore: () => Exploration): Explored {
  try {
    return { exploration: explore() };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return {
      exploration: { complete: false, states: 0, firstLawfulArrival: {}, unreached: [], violations: [] },
      refused: `the explorer cannot hold this platform: ${error.message}`,
    };
  }
}

interface Found {
  readonly rule: Rule;
  readonly finding: RuleFinding;
}

/**
 * Shows each violation with its cause: a finding that concerns the same environment or ref gets the sequence. A violation without a known
 * cause becomes a finding of the rule that its kind belongs to.
 */
function withSequences(found: readonly Found[], rules: readonly Rule[], context: RuleContext): Found[] {
  const sequences = new Map<Found, readonly string[]>();
  const extra: Found[] = [];
  for (const violation of context.exploration().violations) {
    const owner = rules.find((rule) => rule.explored?.(violation, context) !== undefined);
    const causes = found.filter(({ finding }) => concerns(finding, violation));
    const cause = causes.find(({ rule }) => rule === owner) ?? causes[0];
    if (cause !== undefined) {
      if (cause.finding.sequence === undefined && !sequences.has(cause)) sequences.set(cause, violation.lines);
    } else if (owner !== undefined) {
      const finding = owner.explored?.(violation, context);
      if (finding !== undefined) extra.push({ rule: owner, finding: { ...finding, sequence: violation.lines } });
    }
  }
  const shown = found.map((one) => {
    const sequence = sequences.get(one);
    return sequence === undefined ? one : { ...one, finding: { ...one.finding, sequence } };
  });
  return [...shown, ...extra];
}

/** Environments that no release reaches, where nothing else is wrong that would say why. */
function withUnreached(found: readonly Found[], rules: readonly Rule[], context: RuleContext): readonly Found[] {
  const rule = rules.find(({ unreached }) => unreached !== undefined);
  const { complete, unreached } = context.exploration();
  if (rule?.unreached === undefined || !complete || found.some((one) => (one.finding.severity ?? one.rule.severity) === 'error'))
    return found;
  const active = unreached.filter(({ environment }) =>
    context.model.environments.some((one) => one.name === environment && takesReleases(one)),
  );
  return [...found, ...active.flatMap((one) => (rule.unreached === undefined ? [] : [{ rule, finding: rule.unreached(one, context) }]))];
}

function concerns({ about }: RuleFinding, violation: Violation): boolean {
  if (about === undefined) return false;
  const { environment, repository, ref } = violation;
  if (environment !== undefined && about.environments?.includes(environment)) return true;
  if (repository !== undefined && ref !== undefined && about.refs?.includes(refSubject(repository, ref))) return true;
  const touched = violation.events.flatMap((event) =>
    event.kind === 'push'
      ? [refSubject(event.repository, event.ref)]
      : event.kind === 'open'
        ? [refSubject(event.repository, `refs/heads/${event.base}`)]
        : [],
  );
  return touched.some((subject) => about.refs?.includes(subject));
}

function diagnosticOf(rule: Rule, finding: RuleFinding): Diagnostic {
  const { path, message, given, expected, remedy, sequence, severity } = finding;
  return {
    code: rule.code,
    name: rule.name,
    severity: severity ?? rule.severity,
    path,
    message,
    given,
    expected,
    remedy,
    ...(sequence === undefined ? {} : { sequence }),
  };
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const key = ({ severity, code, path, message, given }: Diagnostic): string => [severity, code, path, message, given].join('\u0000');
  return [...diagnostics].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}
