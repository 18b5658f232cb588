import type { DesiredRepository, DesiredState, DesiredWorkflow } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { requiredChecks } from './applied-rules';
import { andText } from './environments';
import { type Rule, type RuleFinding, refSubject } from './rule';

/** A check that is waited for and that nobody reports. */
export const missingCheck: Rule = {
  code: 'SG402',
  name: 'missing-check',
  severity: 'error',
  explain: {
    title: 'a required check that nobody reports',
    refuses:
      'A check that a ruleset or Gate.check(…) asks for and that no compiled workflow has as a job, or that another app reports than the one asked for; a required job that can be skipped, by `if` or by a path filter of its workflow; a required check without an app.',
    why: 'A check that nobody reports stays pending for ever. One that another app reports under the same name does not count, one without an app may be reported by anybody, and a skipped job counts as passed.',
    example:
      "new PromotionPolicy(platform, 'dev-to-prod', { …, gates: [Gate.healthy(), Gate.check(Check.run('lint', 'make lint'))] });  // no protection has lint",
    remedy: 'Use the name and app under which the check is reported; the finding lists those that exist.',
  },
  check: ({ model, desired }) => [
    ...desired.repositories.flatMap((repository) => rulesetFindings(model, desired, repository)),
    ...gateFindings(model, desired),
  ],
  explored: (violation, { model }) => {
    if (violation.kind !== 'forged' || violation.environment !== undefined) return undefined;
    return {
      path: model.repositories.find(({ name }) => name === violation.repository)?.path ?? model.name,
      message: violation.message,
      given: `a check on ${violation.ref ?? 'a branch'} that somebody else reports`,
      expected: 'checks that count only from their own app',
      remedy: 'bind the required check to its app',
    };
  },
};

/** A name under which an app reports a check in a repository. */
interface Producer {
  readonly context: string;
  readonly app: string;
  /** Set when the check comes from a job that may be skipped. */
  readonly skipped?: string;
}

function producers(model: PlatformModel, desired: DesiredState, repository: DesiredRepository): Producer[] {
  const { actions, delivery } = desired.delivery.apps;
  const { gatesContext, headContext, policyContext } = desired.delivery;
  const jobs = repository.workflows
    .filter((workflow) => 'pull_request' in workflow.on || 'pull_request_target' in workflow.on || 'merge_group' in workflow.on)
    .flatMap((workflow) =>
      Object.entries(workflow.jobs).map(
        ([id, job]): Producer => ({ context: job.name ?? id, app: String(actions.id), ...skippedBecause(workflow, job.if) }),
      ),
    );
  // Workflows that are not compiled may report what is declared external; stagegate's own apps report nothing else.
  const external = model.protections
    .filter(({ ref }) => ref.repository === repository.name)
    .flatMap(({ checks }) => checks.flatMap((check) => (check.kind === 'external' ? externalProducers(model, check.name, check.app) : [])));
  return [...jobs, ...[gatesContext, headContext, policyContext].map((context) => ({ context, app: String(delivery.id) })), ...external];
}

function externalProducers(model: PlatformModel, context: string, slug: string): Producer[] {
  if (slug === model.apps.delivery.slug || slug === model.apps.intake.slug) return [];
  return [{ context, app: slug === model.apps.actions.slug ? String(model.apps.actions.id) : externalId(slug) }];
}

/** As compiled for an app whose id is not known yet. */
function externalId(slug: string): string {
  return `{{slot:app/${slug}}}`;
}

function skippedBecause(workflow: DesiredWorkflow, condition: string | undefined): { readonly skipped?: string } {
  const trigger = workflow.on.pull_request;
  const filtered = typeof trigger === 'object' && trigger !== null && ('paths' in trigger || 'paths-ignore' in trigger);
  if (filtered) return { skipped: `${workflow.path} filters paths` };
  const always = condition === undefined || /^(?:\$\{\{\s*)?(?:always\(\)|!\s*cancelled\(\))(?:\s*\}\})?$/.test(condition.trim());
  return always ? {} : { skipped: `its job has if: ${condition}` };
}

function rulesetFindings(model: PlatformModel, desired: DesiredState, repository: DesiredRepository): RuleFinding[] {
  const known = producers(model, desired, repository);
  const { gatesContext, programBranch } = desired.delivery;
  const reported = new Set<string>();
  return requiredChecks(repository.rulesets.filter(({ enforcement }) => enforcement === 'active')).flatMap(
    ({ check, ruleset }): RuleFinding[] => {
      // A gates check that is not the delivery app's is SG103.
      if (check.context === gatesContext || reported.has(check.context)) return [];
      const problem = problemOf(
        check.context,
        check.integration_id === undefined ? undefined : String(check.integration_id),
        known,
        desired,
      );
      if (problem === undefined) return [];
      reported.add(check.context);
      const { include } = ruleset.conditions.ref_name;
      const refs = include.map((pattern) => (pattern === '~DEFAULT_BRANCH' ? `refs/heads/${programBranch}` : pattern));
      return [
        {
          path: pathOf(model, repository.name, check.context),
          message: `${andText(include.map((pattern) => pattern.replace(/^refs\/(heads|tags)\//, '')))} of ${repository.name} requires ${check.context}, ${problem.message}`,
          given: problem.given,
          expected: problem.expected,
          remedy: problem.remedy,
          about: { refs: refs.map((ref) => refSubject(repository.name, ref)) },
        },
      ];
    },
  );
}

function pathOf(model: PlatformModel, repository: string, context: string): string {
  const protection = model.protections.find(
    ({ ref, checks }) => ref.repository === repository && checks.some(({ name }) => name === context),
  );
  return protection?.path ?? model.repositories.find(({ name }) => name === repository)?.path ?? model.name;
}

interface Problem {
  readonly message: string;
  readonly given: string;
  readonly expected: string;
  readonly remedy: string;
}

function problemOf(context: string, app: string | undefined, known: readonly Producer[], desired: DesiredState): Problem | undefined {
  const named = known.filter((producer) => producer.context === context);
  if (named.length === 0) {
    return {
      message: 'which nobody reports',
      given: context,
      expected: `one of ${andText([...new Set(known.map((producer) => producer.context))].sort())}`,
      remedy: 'require a check that exists, by the name of its job',
    };
  }
  if (app === undefined) {
    return {
      message: 'from anybody who can write',
      given: `${context} without an app`,
      expected: `${context} from ${appText(named[0]?.app ?? '', desired)}`,
      remedy: 'bind the check to the app that reports it',
    };
  }
  const own = named.filter((producer) => producer.app === app);
  if (own.length === 0) {
    return {
      message: `which ${appText(app, desired)} does not report`,
      given: `${context} from ${appText(app, desired)}`,
      expected: `${context} from ${appText(named[0]?.app ?? '', desired)}`,
      remedy: 'name the app that reports the check',
    };
  }
  const skipped = own.every((producer) => producer.skipped !== undefined) ? own[0]?.skipped : undefined;
  return skipped === undefined
    ? undefined
    : {
        message: 'which may be skipped, and then counts as passed',
        given: skipped,
        expected: 'a job that always runs',
        remedy: 'drop the condition; let a job with if: always() look at the results of others',
      };
}

function appText(id: string, desired: DesiredState): string {
  const app = Object.values(desired.delivery.apps).find((candidate) => String(candidate.id) === id);
  return `app ${app?.slug ?? id.replace(/^\{\{slot:app\/|\}\}$/g, '')}`;
}

/** Checks that a gate reads on a release's source commit: of a repository that a service comes from. */
function gateFindings(model: PlatformModel, desired: DesiredState): RuleFinding[] {
  return model.policies.flatMap((policy) =>
    policy.gates.flatMap((gate): RuleFinding[] => {
      if (gate.kind !== 'check') return [];
      const sources = new Set([
        ...model.services.map(({ repository }) => repository),
        ...(model.services.length === 0 ? [model.program.repository] : []),
      ]);
      const repositories = desired.repositories.filter(({ name }) => sources.has(name));
      const known = repositories.flatMap((repository) => producers(model, desired, repository));
      const app = Object.values(model.apps).find(({ slug }) => slug === gate.app);
      // Another app reports what it likes; only a name that a workflow has already is certain to be a mistake.
      if (app === undefined && !known.some(({ context, app: reporter }) => context === gate.check && reporter !== externalId(gate.app)))
        return [];
      const problem = problemOf(gate.check, app === undefined ? externalId(gate.app) : String(app.id), known, desired);
      if (problem === undefined) return [];
      return [
        {
          path: policy.path,
          message: `gate ${gate.id} waits for ${gate.check}, ${problem.message}`,
          given: problem.given,
          expected: problem.expected,
          remedy: problem.remedy,
          about: { environments: [policy.to] },
        },
      ];
    }),
  );
}
