import type { People } from '../delivery/local/people';
import type { PlatformModel } from '../model/platform-model';

/** People of a new local host: one person, in every team that the program names, and the program's apps. */
export function firstPeople(model: PlatformModel, login: string): People {
  const groups = model.policies.flatMap(({ gates }) => gates.flatMap((gate) => (gate.kind === 'approvals' ? gate.including : [])));
  const bypassing = model.protections.flatMap(({ bypass }) => bypass);
  const teams = [
    ...new Set([
      ...groups.flatMap((group) => ('team' in group ? [group.team] : [])),
      ...bypassing.flatMap((one) => (one.kind === 'team' ? [one.slug] : [])),
      ...model.environments.flatMap(({ sync }) => (sync.kind === 'manual' && sync.group !== undefined ? [sync.group] : [])),
    ]),
  ].sort();
  const named = groups.flatMap((group) => ('people' in group ? group.people : []));
  const checks = model.protections.flatMap((protection) =>
    protection.checks.flatMap((check) => (check.kind === 'external' ? [check.app] : [])),
  );
  const apps = new Map<string, number | undefined>();
  for (const { slug, id } of [...Object.values(model.apps), ...bypassing.filter((one) => one.kind === 'app')])
    apps.set(slug, typeof id === 'number' ? id : undefined);
  for (const slug of checks) if (!apps.has(slug)) apps.set(slug, undefined);
  return {
    repository: model.program.repository,
    people: { ...Object.fromEntries(named.map((one) => [one, { role: 'write' as const }])), [login]: { role: 'admin', owner: true } },
    teams: Object.fromEntries(teams.map((slug, index) => [slug, { id: index + 1, members: [login] }])),
    apps: Object.fromEntries([...apps].map(([slug, id], index) => [slug, { id: id ?? index + 1 }])),
  };
}
