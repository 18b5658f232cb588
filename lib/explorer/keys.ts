import type { DesiredGitHubEnvironment, DesiredRepository, DesiredState } from '../desired/desired-state';
import { attackers, pushRefusal } from './github';
import type { Intent, IntentRef } from './intent';
import { type Breach, exploreBranch } from './landing';
import { refMatches, sampleOf } from './ref-pattern';
import { shortRef, type TraceEvent } from './trace';

/** Whether a GitHub environment is the one with an app's key: it holds secrets beside the app's id. */
export function holdsKeyOf(environment: DesiredGitHubEnvironment, app: number | string): boolean {
  return environment.secrets.length > 0 && Object.values(environment.variables).includes(String(app));
}

/** Why a push to a source starts no release: the intake app's key is not for runs there. */
export function intakeRefusal(desired: DesiredState, repository: DesiredRepository, ref: IntentRef): string | undefined {
  const full = ref.kind === 'branch' ? `refs/heads/${ref.pattern}` : `refs/tags/${sampleOf(ref.pattern)}`;
  const intake = desired.delivery.apps.intake.id;
  if (repository.environments.some((candidate) => holdsKeyOf(candidate, intake) && admits(repository, candidate, full))) return undefined;
  return `no GitHub environment of ${repository.name} lets a run on ${ref.pattern} start a release`;
}

/** GitHub environments that admit runs on a ref for which they are not meant: sources are for the intake app's key, all else is for the program branch. */
export function keysGivenAway(desired: DesiredState, intent: Intent, repository: DesiredRepository, ref: string): readonly string[] {
  const sources = [...intent.environments.map(({ source }) => source), ...intent.edges.map(({ on }) => on)];
  return repository.environments.flatMap((environment) => {
    if (!admits(repository, environment, ref)) return [];
    const { intake, delivery } = desired.delivery.apps;
    const meant =
      holdsKeyOf(environment, intake.id) && !holdsKeyOf(environment, delivery.id)
        ? sources.some(
            (source) =>
              source !== undefined && source.repository === repository.name && refMatches(fullRef(source), ref, repository.defaultBranch),
          )
        : repository.name === intent.program.repository && ref === `refs/heads/${intent.program.branch}`;
    return meant ? [] : [environment.name];
  });
}

function fullRef({ kind, pattern }: { readonly kind: string; readonly pattern: string }): string {
  return `refs/${kind === 'branch' ? 'heads' : 'tags'}/${pattern}`;
}

/** Who can put a workflow onto a ref whose runs get what a GitHub environment holds, and should not. */
export function exploreKeys(desired: DesiredState, intent: Intent, repository: DesiredRepository): readonly Breach[] {
  const breaches: Breach[] = [];
  for (const environment of repository.environments) {
    for (const { type, name } of environment.admits) {
      const ref = fullRef({ kind: type, pattern: sampleOf(name) });
      if (!keysGivenAway(desired, intent, repository, ref).includes(environment.name)) continue;
      const message = keyMessage(repository, environment.name, ref);
      const known = type === 'branch' && isSource(desired, repository, name);
      const events = (known ? weakWays(desired, intent, repository, name) : creations(desired, intent, repository, ref))[0];
      if (events) breaches.push({ kind: 'program', demand: `key ${environment.name}`, message, repository: repository.name, ref, events });
    }
    if (environment.can_admins_bypass === true) {
      const ref = 'refs/heads/feature';
      const events: TraceEvent[] = [{ kind: 'push', by: 'administrator', repository: repository.name, ref, how: 'create' }];
      const message = keyMessage(repository, environment.name, ref);
      breaches.push({ kind: 'program', demand: `key ${environment.name}`, message, repository: repository.name, ref, events });
    }
  }
  return breaches;
}

export function keyMessage(repository: DesiredRepository, environment: string, ref: string): string {
  return `a workflow on ${shortRef(ref)} gets what GitHub environment ${environment} of ${repository.name} holds`;
}

/** Ways onto an existing branch with less than a change of the program needs. */
function weakWays(desired: DesiredState, intent: Intent, repository: DesiredRepository, name: string): (readonly TraceEvent[])[] {
  const asProgram = { ...intent, program: { ...intent.program, branch: name } };
  const { breaches } = exploreBranch(desired, asProgram, repository, name, true);
  return breaches.filter(({ kind }) => kind === 'program').map(({ events }) => events);
}

/** Somebody who makes a branch or tag of that name. */
function creations(desired: DesiredState, intent: Intent, repository: DesiredRepository, ref: string): TraceEvent[][] {
  const by = attackers(desired, intent).find((principal) => pushRefusal(repository, principal, ref, 'create') === undefined);
  return by ? [[{ kind: 'push', by: by.name, repository: repository.name, ref, how: 'create' }]] : [];
}

/** Whether the branch exists: releases are made or proposed from it, or its head branches are limited. */
function isSource(desired: DesiredState, repository: DesiredRepository, branch: string): boolean {
  const { environments, edges, headRules } = desired.delivery;
  const refs = [...environments.map(({ source }) => source), ...edges.map(({ on }) => on)];
  return (
    branch === repository.defaultBranch ||
    refs.some((ref) => ref?.kind === 'branch' && ref.repository === repository.name && ref.pattern === branch) ||
    headRules.some((rule) => rule.repository === repository.name && rule.branch === branch)
  );
}

/** Whether a GitHub environment lets a run on this ref have what it holds. */
export function admits(repository: DesiredRepository, { admits: admitted }: DesiredGitHubEnvironment, ref: string): boolean {
  return admitted.some(({ type, name }) =>
    refMatches(`refs/${type === 'branch' ? 'heads' : 'tags'}/${name}`, ref, repository.defaultBranch),
  );
}
