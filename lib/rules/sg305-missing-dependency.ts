import type { PlatformModel } from '../model/platform-model';
import { andText, presentEnvironments } from './environments';
import type { Rule, RuleFinding } from './rule';

/** A service that calls what is not there. */
export const missingDependency: Rule = {
  code: 'SG305',
  name: 'missing-dependency',
  severity: 'error',
  explain: {
    title: 'a service uses what is not there',
    refuses:
      'A service that runs in an environment while a service of its `uses` is absent from it; services that use each other in a circle.',
    why: 'The address that the service gets leads nowhere. Services that need each other to start never become healthy after both were stopped.',
    example: "backend.absentFrom(staging, { reason: 'not ready', until: '2027-01-31' });  // frontend uses backend, and runs in staging",
    remedy: 'Let both run, or both be absent; break a circle by an address in a setting.',
  },
  check: ({ model }) => [...absences(model), ...circles(model)],
};

function absences(model: PlatformModel): RuleFinding[] {
  const present = new Set(presentEnvironments(model).map(({ name }) => name));
  return model.services.flatMap((service) =>
    service.uses.flatMap((use) => {
      const used = model.services.find(({ name }) => name === use.service);
      const missing = service.environments
        .map(({ environment }) => environment)
        .filter((environment) => present.has(environment) && !used?.environments.some((placed) => placed.environment === environment));
      if (missing.length === 0) return [];
      const reason = used?.absences.find(({ environment }) => environment === missing[0])?.reason;
      return [
        {
          path: service.path,
          message: `${service.name} uses ${use.service}, which does not run in ${andText(missing)}`,
          given: `uses.${use.variable}: ${use.service}${reason === undefined ? '' : `, absent because: ${reason}`}`,
          expected: `${use.service} wherever ${service.name} runs`,
          remedy: `let ${use.service} run in ${andText(missing)}, or declare ${service.name} absent there as well`,
        },
      ];
    }),
  );
}

function circles(model: PlatformModel): RuleFinding[] {
  const found = new Map<string, readonly string[]>();
  const usesOf = (name: string): string[] =>
    (model.services.find((service) => service.name === name)?.uses ?? []).map(({ service }) => service);
  const follow = (path: readonly string[]): void => {
    for (const next of usesOf(path.at(-1) ?? '')) {
      if (next === path[0] && path.every((name) => name >= next)) found.set(path.join(), path);
      else if (!path.includes(next)) follow([...path, next]);
    }
  };
  for (const { name } of model.services) follow([name]);
  return [...found.values()].map((path) => {
    const walk = [...path, path[0] ?? ''].join(' → ');
    return {
      path: model.services.find(({ name }) => name === path[0])?.path ?? model.name,
      message: `services use each other in a circle: ${walk}`,
      given: `uses: ${walk}`,
      expected: 'uses without a circle',
      remedy: 'give one of them the address by a setting, and let it start without the other',
    };
  });
}
