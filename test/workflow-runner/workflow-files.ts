import { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } from '@actions/workflow-parser';
import { parse } from 'yaml';
import { git } from '../../lib/delivery/git/git-process';
import type { DesiredWorkflow } from '../../lib/desired/desired-state';
import { behind } from '../github/delivery/behind';
import type { Repository } from '../github/world';

/** The workflow files of a commit. GitHub's own parser has to take each. */
export async function workflowsAt(repository: Repository, commit: string): Promise<readonly DesiredWorkflow[]> {
  const gitDir = (await behind(repository)).at.folder.repository;
  const listed = await git(['ls-tree', '--name-only', '-r', commit, '--', '.github/workflows'], { gitDir });
  const paths = listed.split('\n').filter((path) => /\.ya?ml$/.test(path));
  return Promise.all(
    paths.map(async (path) => {
      const content = await git(['show', `${commit}:${path}`], { gitDir });
      const { context, value } = parseWorkflow({ name: path, content }, new NoOperationTraceWriter());
      if (value !== undefined) await convertWorkflowTemplate(context, value);
      const [error] = context.errors.getErrors();
      if (error !== undefined) throw new Error(`${path}: ${error.message}`);
      return { ...(parse(content) as DesiredWorkflow), path };
    }),
  );
}

export async function defaultHead(repository: Repository): Promise<string> {
  const { at } = await behind(repository);
  const head = await at.repository.tryRef(`refs/heads/${repository.defaultBranch}`);
  if (head === undefined) throw new Error(`${repository.fullName} has no branch ${repository.defaultBranch}`);
  return head;
}

/** Whether a pull request onto a branch starts it. */
export function startsOnPullRequest(on: DesiredWorkflow['on'], base: string): boolean {
  if (!('pull_request' in on)) return false;
  const { branches, ...others } = (on.pull_request ?? {}) as { readonly branches?: readonly string[] };
  if (Object.keys(others).length > 0) throw new Error(`the runner knows no filter ${Object.keys(others).join(', ')}`);
  if (branches?.some((branch) => /[*?+[\]!\\]/.test(branch))) throw new Error('the runner knows no patterns of branches');
  return branches === undefined || branches.includes(base);
}

/** Whether it starts when a run of that name is over. */
export function waitsFor(on: DesiredWorkflow['on'], name: string): boolean {
  const { workflows = [], types = [] } = (on.workflow_run ?? {}) as {
    readonly workflows?: readonly string[];
    readonly types?: readonly string[];
  };
  return workflows.includes(name) && types.includes('completed');
}

/** Ids of jobs, each after those that it needs. */
export function inOrderOfNeeds({ jobs }: DesiredWorkflow): string[] {
  const done: string[] = [];
  const left = new Set(Object.keys(jobs));
  while (left.size > 0) {
    const ready = [...left].filter((id) => (jobs[id]?.needs ?? []).every((need) => done.includes(need)));
    if (ready.length === 0) throw new Error(`jobs wait for each other: ${[...left].join(', ')}`);
    for (const id of ready) {
      done.push(id);
      left.delete(id);
    }
  }
  return done;
}
