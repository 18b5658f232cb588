import { compileDelivery } from '../../../lib/compile/delivery';
import { desiredRepositories } from '../../../lib/compile/github/repositories';
import type { DesiredRepository, DesiredWorkflow } from '../../../lib/desired/desired-state';
import type { PlatformModel } from '../../../lib/model/platform-model';
import { workflowText } from '../../../lib/render/workflow-text';
import { edited, openluffy } from '../model-fixture';

/** A workflow with its file. */
export interface RenderedWorkflow extends DesiredWorkflow {
  readonly text: string;
}

export function repositoryOf(model: PlatformModel, name = 'lebrick07/openluffy'): DesiredRepository {
  const found = desiredRepositories(model, compileDelivery(model)).find((repository) => repository.name === name);
  if (found === undefined) throw new Error(`no repository ${name}`);
  return found;
}

export function workflowsOf(model: PlatformModel, repository?: string): RenderedWorkflow[] {
  return repositoryOf(model, repository).workflows.map((workflow) => ({ ...workflow, text: workflowText(workflow) }));
}

export function workflowOf(model: PlatformModel, file: string, repository?: string): RenderedWorkflow {
  const found = workflowsOf(model, repository).find(({ path }) => path === `.github/workflows/${file}`);
  if (found === undefined) throw new Error(`no workflow ${file}`);
  return found;
}

/** OpenLuffy with its code in two other repositories, tags that ask for production, another registry, and a program in a folder. */
export function severalRepositories(): PlatformModel {
  return edited(openluffy(), (draft) => {
    const [first] = draft.repositories;
    if (first === undefined) throw new Error('the model has no repository');
    draft.repositories.push({ ...first, name: 'lebrick07/api', delivery: false, path: 'openluffy/api' });
    draft.registry = 'registry.example.com/shop';
    draft.program.file = 'deploy/platform.ts';
    draft.program.lockFile = 'deploy/package-lock.json';
    for (const service of draft.services) service.repository = 'lebrick07/api';
    for (const environment of draft.environments) {
      if (environment.source) environment.source = { kind: 'tags', repository: 'lebrick07/api', pattern: 'v*.*.*' };
      environment.health.mode = 'reported';
    }
    for (const policy of draft.policies) {
      if (policy.on) policy.on = { kind: 'branch', repository: 'lebrick07/api', pattern: 'main' };
      policy.gates.push({ id: 'check-validate', kind: 'check', check: 'validate', app: 'github-actions' });
    }
    for (const protection of draft.protections) protection.ref.repository = 'lebrick07/api';
  });
}
