import { validateObject } from '../compile/kubernetes/validate';
import { presentEnvironments, tryDesiredEnvironment } from './environments';
import type { Rule, RuleFinding } from './rule';

/** An object that its schema refuses. */
export const invalidObject: Rule = {
  code: 'SG307',
  name: 'invalid-object',
  severity: 'error',
  explain: {
    title: 'an object does not fit its schema',
    refuses:
      'A Kubernetes object, compiled, overridden or added, with a field that its kind does not have, or a value of another type than the field takes. Kinds without a schema here are not checked.',
    why: 'The API server drops or refuses such a field when the release is synced: a misspelt limit is then no limit.',
    example: 'backend.override(Kind.deployment, { spec: { replica: 3 } });',
    remedy: 'Correct the field; the finding names it.',
  },
  check: ({ model, desired }) =>
    presentEnvironments(model).flatMap((environment) => {
      const compiled = tryDesiredEnvironment(desired, environment.name);
      const owned = [
        ...(compiled?.bootstrap ?? []).map((object) => ({ object, path: environment.path })),
        ...(compiled?.services ?? []).flatMap((service) =>
          service.objects.map((object) => ({
            object,
            path: model.services.find(({ name }) => name === service.name)?.path ?? environment.path,
          })),
        ),
      ];
      return owned.flatMap(({ object, path }): RuleFinding[] => {
        const validation = validateObject(object);
        if (validation.kind !== 'invalid') return [];
        return [
          {
            path,
            message: `${object.kind} ${object.metadata.name} in ${environment.name} does not fit its schema`,
            given: validation.findings.join('; '),
            expected: `an object of ${object.apiVersion} ${object.kind}`,
            remedy: 'correct the override or the added object',
          },
        ];
      });
    }),
};
