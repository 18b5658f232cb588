import type { DesiredEnvironment, KubernetesObject } from '../desired/desired-state';
import { requestedResources } from '../desired/requested-resources';
import type { EnvironmentModel, Json } from '../model/platform-model';
import { bytesText, cpuText, tryBytes, tryCpu } from '../values/quantity';
import { slotsIn } from '../values/slot';
import { isKind, listAt, objectsOf, presentEnvironments, textAt, tryDesiredEnvironment, valueAt } from './environments';
import type { Rule, RuleFinding } from './rule';

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const SERVICE_LABEL = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$/;

/** Names and amounts that Kubernetes or GitHub will not take. */
export const invalidNameOrAmount: Rule = {
  code: 'SG303',
  name: 'invalid-name-or-amount',
  severity: 'error',
  explain: {
    title: 'a name, a quantity or a quota that will be refused',
    refuses:
      'Names of objects, namespaces, labels, rulesets, GitHub environments and jobs that are too long or have other characters than allowed, after composition; quantities that do not parse; limits below requests; a quota below the sum of what the environment requests while everything rolls out.',
    why: 'The API server refuses such an object when a release is synced, long after it was promoted, or the quota keeps the last pods of a rollout from starting.',
    example: "new Environment(platform, 'prod', { …, limits: { cpu: '200m' } });  // the services request 700m in a rollout",
    remedy: 'Correct the name or the amount that the finding prints.',
  },
  check: ({ model, desired }) => [
    ...presentEnvironments(model).flatMap((environment) => {
      const compiled = tryDesiredEnvironment(desired, environment.name);
      if (compiled === undefined) return [];
      return [
        ...objectsOf(compiled).flatMap((object) => nameFindings(object, environment)),
        ...compiled.services.flatMap((service) =>
          service.objects.flatMap((object) =>
            amountFindings(object, environment, model.services.find(({ name }) => name === service.name)?.path ?? environment.path),
          ),
        ),
        ...quotaFindings(compiled, environment),
      ];
    }),
    ...desired.repositories.flatMap((repository) => {
      const path = model.repositories.find(({ name }) => name === repository.name)?.path ?? model.name;
      const finding = (message: string, given: string, expected: string): RuleFinding => ({
        path,
        message,
        given,
        expected,
        remedy: 'choose a shorter or plainer name',
      });
      return [
        ...repository.rulesets
          .filter(({ name }) => name.length < 1 || name.length > 100)
          .map(({ name }) =>
            finding('GitHub takes no ruleset of this name', `'${name}', ${name.length} characters`, '1 to 100 characters'),
          ),
        ...repository.environments
          .filter(({ name }) => name.length < 1 || name.length > 255 || /[\u0000-\u001f'"`,;\\]/.test(name))
          .map(({ name }) =>
            finding('GitHub takes no environment of this name', `'${name}'`, "at most 255 characters, without quotes, ',', ';' and '\\'"),
          ),
        ...repository.workflows.flatMap((workflow) =>
          Object.keys(workflow.jobs)
            .filter((id) => !/^[A-Za-z_][-A-Za-z0-9_]*$/.test(id))
            .map((id) =>
              finding(
                'GitHub takes no job of this id',
                `'${id}' in ${workflow.path}`,
                "letters, digits, '-' and '_', first a letter or '_'",
              ),
            ),
        ),
      ];
    }),
  ],
};

function nameFindings(object: KubernetesObject, environment: EnvironmentModel): RuleFinding[] {
  const { name, namespace, labels = {} } = object.metadata;
  const finding = (what: string, given: string, expected: string): RuleFinding => ({
    path: environment.path,
    message: `Kubernetes does not take ${what} of ${object.kind} ${name} in ${environment.name}`,
    given: `'${given}', ${given.length} characters`,
    expected,
    remedy: 'choose a shorter or plainer name',
  });
  const findings: RuleFinding[] = [];
  if (isKind(object, '', 'Service')) {
    if (name.length > 63 || !SERVICE_LABEL.test(name))
      findings.push(finding('the name', name, "at most 63 of a-z, 0-9 and '-', first a letter"));
  } else if (isKind(object, '', 'Namespace')) {
    if (name.length > 63 || !LABEL.test(name)) findings.push(finding('the name', name, "at most 63 of a-z, 0-9 and '-'"));
  } else if (
    slotsIn(name).length === 0 &&
    (name.length > 253 || !(SUBDOMAIN.test(name) || /^(?:Cluster)?Role(?:Binding)?$/.test(object.kind)))
  ) {
    findings.push(finding('the name', name, "at most 253 of a-z, 0-9, '-' and '.'"));
  }
  if (namespace !== undefined && (namespace.length > 63 || !LABEL.test(namespace)))
    findings.push(finding('the namespace', namespace, "at most 63 of a-z, 0-9 and '-'"));
  for (const [key, value] of Object.entries(labels)) {
    if (value.length > 63 || !LABEL_VALUE.test(value))
      findings.push(finding(`label ${key}`, value, "at most 63 letters, digits, '-', '_' and '.'"));
  }
  return findings;
}

function containersOf(object: KubernetesObject): readonly Json[] {
  return [...listAt(object, 'spec', 'template', 'spec', 'initContainers'), ...listAt(object, 'spec', 'template', 'spec', 'containers')];
}

function amountFindings(object: KubernetesObject, environment: EnvironmentModel, path: string): RuleFinding[] {
  return containersOf(object).flatMap((container) => {
    const name = textAt(container, 'name') ?? '';
    return ['cpu', 'memory', 'ephemeral-storage'].flatMap((resource) => {
      const parse = resource === 'cpu' ? tryCpu : tryBytes;
      const amounts = (['requests', 'limits'] as const).map((kind) => {
        const given = valueAt(container, 'resources', kind, resource);
        return given === undefined ? undefined : { kind, text: String(given), amount: parse(String(given)) };
      });
      const subject = `container ${name} of ${object.kind} ${object.metadata.name} in ${environment.name}`;
      const unreadable = amounts.find((amount) => amount !== undefined && amount.amount === undefined);
      if (unreadable !== undefined) {
        return [
          {
            path,
            message: `Kubernetes reads no quantity in ${unreadable.kind}.${resource} of ${subject}`,
            given: `'${unreadable.text}'`,
            expected: resource === 'cpu' ? "cores, for instance '500m' or '2'" : "bytes, for instance '256Mi'",
            remedy: 'write a quantity of Kubernetes',
          },
        ];
      }
      const [request, limit] = amounts;
      if (request?.amount === undefined || limit?.amount === undefined || request.amount <= limit.amount) return [];
      return [
        {
          path,
          message: `the limit is below the request: ${resource} of ${subject}`,
          given: `requests ${request.text}, limits ${limit.text}`,
          expected: `limits of at least ${request.text}`,
          remedy: 'raise the limit, or lower the request',
        },
      ];
    });
  });
}

function quotaFindings(compiled: DesiredEnvironment, environment: EnvironmentModel): RuleFinding[] {
  const needed = requestedResources(compiled.services.flatMap((service) => service.objects));
  const rows = [
    { resource: 'pods', needed: needed.pods, parse: tryBytes, text: String },
    { resource: 'requests.cpu', needed: needed.requests.cpu, parse: tryCpu, text: cpuText },
    { resource: 'requests.memory', needed: needed.requests.memory, parse: tryBytes, text: bytesText },
    { resource: 'limits.cpu', needed: needed.limits.cpu ?? 0, parse: tryCpu, text: cpuText },
    { resource: 'limits.memory', needed: needed.limits.memory ?? 0, parse: tryBytes, text: bytesText },
  ];
  return compiled.bootstrap
    .filter((object) => isKind(object, '', 'ResourceQuota'))
    .flatMap((quota) =>
      rows.flatMap((row): RuleFinding[] => {
        const given = valueAt(quota, 'spec', 'hard', row.resource);
        if (given === undefined) return [];
        const allowed = row.parse(String(given));
        if (allowed === undefined) {
          return [
            {
              path: environment.path,
              message: `Kubernetes reads no quantity in the quota of ${environment.name}`,
              given: `${row.resource}: '${String(given)}'`,
              expected: "a quantity, for instance '2' or '4Gi'",
              remedy: `correct limits of ${environment.name}`,
            },
          ];
        }
        if (allowed >= row.needed) return [];
        return [
          {
            path: environment.path,
            message: `the quota of ${environment.name} does not hold a rollout of all its services`,
            given: `${row.resource}: ${String(given)}`,
            expected: `at least ${row.text(row.needed)}, what its services ask for together while they roll out`,
            remedy: `raise limits of ${environment.name}, or lower what its services request`,
          },
        ];
      }),
    );
}
