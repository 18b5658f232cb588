import { pairs, presentEnvironments } from './environments';
import { routesOf } from './routes';
import type { Rule } from './rule';

/** Two routes with one host and path. */
export const duplicateHost: Rule = {
  code: 'SG202',
  name: 'duplicate-host',
  severity: 'error',
  explain: {
    title: 'two routes claim one host and path',
    refuses: 'Two services of one environment, or two environments, whose routes have the same host and path.',
    why: 'Which of the two answers is left to the ingress controller, and may change with its next restart.',
    example:
      "new Environment(platform, 'qa', { …, host: 'shop.example.com' });\nnew Environment(platform, 'prod', { …, host: 'shop.example.com' });",
    remedy: 'Give one of them another host or another path.',
  },
  check: ({ model, desired }) => {
    const reported = new Set<string>();
    return pairs(presentEnvironments(model).flatMap((environment) => routesOf(model, desired, environment))).flatMap(([one, other]) => {
      if (one.host !== other.host || one.url !== other.url) return [];
      const across = one.environment.name !== other.environment.name;
      // Two environments with one host share every path of it: one finding for the pair.
      const key = across
        ? `${one.environment.name} ${other.environment.name} ${one.host}`
        : `${one.path} ${other.path} ${one.environment.name}`;
      if (reported.has(key)) return [];
      reported.add(key);
      return [
        {
          path: across ? other.environment.path : other.path,
          message: across
            ? `${one.environment.name} and ${other.environment.name} claim one host`
            : `${one.service} and ${other.service} claim one route in ${one.environment.name}`,
          given: `${one.host}${one.url} by ${one.service} in ${one.environment.name} and by ${other.service} in ${other.environment.name}`,
          expected: 'each host and path claimed once',
          remedy: across ? `name another host for ${other.environment.name}` : `give ${other.service} another route`,
        },
      ];
    });
  },
};
