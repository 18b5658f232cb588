import type { DesiredJob, DesiredWorkflow } from '../../desired/desired-state';
import type { CheckModel, Json, PlatformModel } from '../../model/platform-model';
import { refuse } from '../../values/diagnostic';
import { triggerFilter } from './ref-patterns';
import { workflowPath } from './workflow-names';
import { checkout, expression, RUNNER, refuseExpression } from './workflow-steps';

type RunCheckModel = Extract<CheckModel, { kind: 'run' }>;

/**
 * The workflow that runs the declared checks of a repository on pull requests onto its protected branches; none when no check is declared.
 * The name of a job is the name of its check, which GitHub requires. No filter on files and no condition on a job: a check that is skipped
 * counts as passed, one that never starts hangs.
 *
 * @throws InvalidValueError SG043 when one name stands for two commands, or a command holds an expression of GitHub Actions.
 */
export function validateWorkflows(model: PlatformModel, repository: string): DesiredWorkflow[] {
  const checks = declaredChecks(model, repository);
  if (checks.length === 0) return [];
  const branches = new Set(
    model.protections
      .filter(({ ref, checks: own }) => ref.repository === repository && ref.kind === 'branch' && own.some(({ kind }) => kind === 'run'))
      .map(({ ref }) => triggerFilter(ref.pattern)),
  );
  const jobs: Record<string, DesiredJob> = {};
  for (const check of checks) jobs[jobId(check.name, jobs)] = checkJob(check);
  return [
    {
      path: workflowPath('validate'),
      name: 'Validate',
      on: { pull_request: { branches: [...branches].sort() }, ...pushesToJudge(model, repository, checks) },
      permissions: {},
      concurrency: { group: `validate-${expression('github.event.pull_request.number || github.sha')}`, 'cancel-in-progress': true },
      jobs,
    },
  ];
}

function declaredChecks(model: PlatformModel, repository: string): RunCheckModel[] {
  const found = new Map<string, RunCheckModel>();
  for (const protection of model.protections.filter(({ ref }) => ref.repository === repository)) {
    for (const check of protection.checks) {
      if (check.kind !== 'run') continue;
      const known = found.get(check.name);
      refuseExpression(check.run, `check ${check.name}`, protection.path);
      if (known !== undefined && known.run !== check.run) refuseSecondCommand(check, known, protection.path);
      found.set(check.name, check);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function refuseSecondCommand(check: RunCheckModel, known: RunCheckModel, path: string): never {
  return refuse({
    code: 'SG043',
    name: 'invalid-check-command',
    path,
    message: `check ${check.name} stands for two commands in one repository`,
    given: `${check.run}, elsewhere ${known.run}`,
    expected: 'one command for a name, since GitHub tells checks apart by their names alone',
    remedy: 'declare the check once and use it in both protections, or give it two names',
  });
}

/** A gate that asks for a check looks at the commit that a release was built from, which no pull request has seen. */
function pushesToJudge(model: PlatformModel, repository: string, checks: readonly RunCheckModel[]): Readonly<Record<string, Json>> {
  const asked = model.policies.some(({ gates }) =>
    gates.some((gate) => gate.kind === 'check' && gate.app === model.apps.actions.slug && checks.some(({ name }) => name === gate.check)),
  );
  const sources = model.environments.flatMap(({ source }) => (source?.repository === repository ? [source] : []));
  if (!asked || sources.length === 0) return {};
  const patterns = (kind: 'branch' | 'tags') =>
    [...new Set(sources.filter((source) => source.kind === kind).map(({ pattern }) => triggerFilter(pattern)))].sort();
  const [branches, tags] = [patterns('branch'), patterns('tags')];
  return { push: { ...(branches.length === 0 ? {} : { branches }), ...(tags.length === 0 ? {} : { tags }) } };
}

function checkJob({ name, run }: RunCheckModel): DesiredJob {
  return {
    name,
    'runs-on': RUNNER,
    'timeout-minutes': 30,
    permissions: { contents: 'read' },
    steps: [checkout(), { name: `Run ${name}`, run }],
  };
}

/** An id that GitHub takes for a job and that no other job has. */
function jobId(name: string, taken: Readonly<Record<string, DesiredJob>>): string {
  const plain = name.toLowerCase().replace(/[^a-z0-9_-]+/g, '-');
  const id = /^[a-z_]/.test(plain) ? plain : `check-${plain}`;
  for (let count = 1; ; count += 1) {
    const candidate = count === 1 ? id : `${id}-${count}`;
    if (taken[candidate] === undefined) return candidate;
  }
}
