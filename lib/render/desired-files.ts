import type { DesiredRepository, DesiredState } from '../desired/desired-state';
import { bootstrapFiles, manifestFiles, type RenderedFiles } from './environment-files';
import { workflowText } from './workflow-text';

/**
 * All files of a desired state: `<environment>/bootstrap` and `<environment>/manifests`, `github/<owner>/<name>` with what GitHub is told as JSON,
 * `repositories/<owner>/<name>` with what is committed there, and the documents.
 */
export function desiredFiles(desired: DesiredState): RenderedFiles {
  const files = new Map<string, string>();
  for (const environment of desired.environments) {
    for (const [path, content] of bootstrapFiles(environment)) files.set(`${environment.name}/bootstrap/${path}`, content);
    for (const [path, content] of manifestFiles(environment)) files.set(`${environment.name}/manifests/${path}`, content);
  }
  for (const repository of desired.repositories) {
    for (const [path, content] of settingFiles(repository)) files.set(`github/${repository.name}/${path}`, content);
    for (const [path, content] of committedFiles(repository)) files.set(`repositories/${repository.name}/${path}`, content);
  }
  for (const { path, content } of desired.documents) files.set(path, content);
  return files;
}

/** What is committed to a repository: workflow files and CODEOWNERS. */
export function committedFiles(repository: DesiredRepository): RenderedFiles {
  return new Map([
    ...repository.workflows.map((workflow) => [workflow.path, workflowText(workflow)] as const),
    ...repository.files.map((file) => [file.path, file.content] as const),
  ]);
}

function settingFiles(repository: DesiredRepository): RenderedFiles {
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  return new Map([
    ['actions-permissions.json', text(repository.actions)],
    ...repository.environments.map((environment) => [`environments/${fileName(environment.name)}.json`, text(environment)] as const),
    ...repository.rulesets.map((ruleset) => [`rulesets/${fileName(ruleset.name)}.json`, text(ruleset)] as const),
  ]);
}

function fileName(name: string): string {
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
