import type { DesiredDelivery, DesiredFile } from '../../desired/desired-state';
import type { PlatformModel } from '../../model/platform-model';
import { checklistText } from './checklist';
import { releaseLinesText } from './release-lines';
import { runbookText } from './runbook';

/**
 * Documents for people, from the same data as everything else: a runbook for each environment, a comparison of the release lines, and for
 * each production tier what is looked at before a release goes there. Environments that are planned or retired have none.
 */
export function desiredDocuments(model: PlatformModel, delivery: DesiredDelivery): DesiredFile[] {
  const running = model.environments.filter(({ lifecycle }) => lifecycle !== 'planned' && lifecycle !== 'retired');
  return [
    ...running
      .filter(({ tier }) => tier === 'production')
      .map((environment) => file(`checklist-${environment.name}`, checklistText(model, delivery, environment))),
    file('release-lines', releaseLinesText(model, delivery)),
    ...running.map((environment) => file(`runbook-${environment.name}`, runbookText(model, delivery, environment))),
  ].sort((a, b) => (a.path < b.path ? -1 : 1));
}

function file(name: string, content: string): DesiredFile {
  return { path: `docs/${name}.md`, content };
}
