import { presentEnvironments } from './environments';
import type { Rule } from './rule';

/** An absence that was to be looked at again by now. */
export const overdueAbsence: Rule = {
  code: 'SG308',
  name: 'overdue-absence',
  severity: 'warning',
  explain: {
    title: 'an absence that was to be looked at again by now',
    refuses: 'A service that is declared absent from an environment until a day that has passed.',
    why: 'An absence is a debt: what is tested there lacks a part of what production runs. The day was declared so that somebody decides again.',
    example: "backend.absentFrom(staging, { reason: 'no database yet', until: '2026-01-31' });  // and it is February",
    remedy: 'Let the service run there, or decide again and write down the next day.',
  },
  check: ({ model, facts: { date } }) => {
    const present = new Set(presentEnvironments(model).map(({ name }) => name));
    return model.services.flatMap((service) =>
      service.absences
        .filter(({ environment, until }) => date !== undefined && until < date && present.has(environment))
        .map(({ environment, reason, until }) => ({
          path: service.path,
          message: `${service.name} is absent from ${environment} for longer than was meant`,
          given: `until ${until}, because: ${reason}; today is ${date}`,
          expected: 'a day to come, or no absence',
          remedy: `let ${service.name} run in ${environment}, or decide again until when it does not`,
        })),
    );
  },
  notChecked: ({ model, facts: { date } }) =>
    date === undefined && model.services.some(({ absences }) => absences.length > 0)
      ? 'which absences are overdue is not known without a date'
      : undefined,
};
