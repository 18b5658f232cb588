import type { DesiredState, KubernetesObject } from '../desired/desired-state';
import type { EnvironmentModel, Json, PlatformModel } from '../model/platform-model';
import { type SecretSign, trySecret, trySecretFormat, trySecretInScript } from '../values/secret-material';
import { andText, isKind, listAt, presentEnvironments, textAt, tryDesiredEnvironment, valueAt } from './environments';
import type { Rule, RuleFinding } from './rule';

/** Secret material that is written down where everybody can read it. */
export const literalSecret: Rule = {
  code: 'SG302',
  name: 'literal-secret',
  severity: 'error',
  explain: {
    title: 'a secret is written as a literal',
    refuses:
      'A value that looks like a secret, by its name (PASSWORD, TOKEN, SECRET, KEY …), by a known format (private keys, tokens of GitHub, AWS, Slack, GitLab, npm, Google, Stripe, JSON Web Tokens, passwords in addresses) or by its randomness: in env, settings, overrides and added objects, in the data of ConfigMaps and Secrets, in parameters of Applications, in commands and workflows. The value is never printed.',
    why: 'What is rendered is committed, synced and shown in Argo CD: a literal secret is readable by everybody who can read one of these, for ever.',
    example: "new ServiceStack(platform, 'api', { …, env: { DATABASE_PASSWORD: '…' } });",
    remedy:
      "Put the value in the secret store and refer to it: secrets: { DATABASE_PASSWORD: Secret.external('shop/{environment}/database-password') }. Replace the value that was written down.",
  },
  check: ({ model, desired }) =>
    grouped([
      ...settingHits(model),
      ...serviceHits(model),
      ...commandHits(model),
      ...objectHits(model, desired),
      ...workflowHits(model, desired),
    ]),
};

/** One secret in one place. */
interface Hit {
  /** Construct path. */
  readonly path: string;
  /** Where the value is, for instance `env DATABASE_PASSWORD of api`. */
  readonly place: string;
  /** Tells the same value in the same variable apart from others; never shown. */
  readonly identity: string;
  readonly sign: SecretSign;
  readonly environment?: string;
}

function hitsOf(record: Readonly<Record<string, string>>, path: string, placeOf: (name: string) => string, environment?: string): Hit[] {
  return Object.entries(record).flatMap(([name, value]): Hit[] => {
    const sign = trySecret(name, value);
    return sign === undefined
      ? []
      : [{ path, place: placeOf(name), identity: `${name}=${value}`, sign, ...(environment === undefined ? {} : { environment }) }];
  });
}

function settingHits(model: PlatformModel): Hit[] {
  return presentEnvironments(model).flatMap(({ settings, path, name }) =>
    hitsOf(settings, path, (variable) => `setting ${variable}`, name),
  );
}

function serviceHits(model: PlatformModel): Hit[] {
  return model.services.flatMap((service) => [
    ...service.environments.flatMap((placed) => {
      const settings = model.environments.find(({ name }) => name === placed.environment)?.settings ?? {};
      const own = Object.fromEntries(Object.entries(placed.env).filter(([name, value]) => settings[name] !== value));
      return hitsOf(own, service.path, (variable) => `env ${variable} of ${service.name}`, placed.environment);
    }),
    ...service.sidecars.flatMap((sidecar) => hitsOf(sidecar.env, service.path, (variable) => `env ${variable} of sidecar ${sidecar.name}`)),
    ...scriptHits([...service.command, ...service.args].join(' '), service.path, `command of ${service.name}`),
  ]);
}

function scriptHits(script: string, path: string, place: string): Hit[] {
  const sign = trySecretInScript(script);
  return sign === undefined ? [] : [{ path, place: sign.name === undefined ? place : `${sign.name} in ${place}`, identity: script, sign }];
}

function commandHits(model: PlatformModel): Hit[] {
  const checks = model.protections.flatMap((protection) =>
    protection.checks.flatMap((check) =>
      check.kind === 'run' ? scriptHits(check.run, protection.path, `command of check ${check.name}`) : [],
    ),
  );
  return [...model.suites.flatMap((suite) => scriptHits(suite.run, suite.path, `command of suite ${suite.name}`)), ...checks];
}

function objectHits(model: PlatformModel, desired: DesiredState): Hit[] {
  return presentEnvironments(model).flatMap((environment) => {
    const compiled = tryDesiredEnvironment(desired, environment.name);
    if (compiled === undefined) return [];
    return [
      ...compiled.bootstrap.flatMap((object) => hitsInObject(object, environment, environment.path)),
      ...compiled.services.flatMap((service) => {
        const path = model.services.find(({ name }) => name === service.name)?.path ?? environment.path;
        return service.objects.flatMap((object) => hitsInObject(object, environment, path));
      }),
    ];
  });
}

function hitsInObject(object: KubernetesObject, environment: EnvironmentModel, path: string): Hit[] {
  const subject = `${object.kind} ${object.metadata.name}`;
  const hits: Hit[] = [];
  const add = (place: string, identity: string, sign: SecretSign | undefined): void => {
    if (sign !== undefined) hits.push({ path, place: `${place} of ${subject}`, identity, sign, environment: environment.name });
  };
  if (isKind(object, '', 'Secret')) {
    for (const field of ['data', 'stringData']) {
      for (const [name, value] of entriesAt(object, field))
        add(`${field}.${name}`, `${name}=${value}`, { reason: 'it is the data of a Secret', length: value.length });
    }
    return hits;
  }
  if (isKind(object, '', 'ConfigMap'))
    for (const [name, value] of entriesAt(object, 'data')) add(`data.${name}`, `${name}=${value}`, trySecret(name, value));
  if (isKind(object, 'argoproj.io', 'Application')) {
    for (const parameter of listAt(object, 'spec', 'source', 'helm', 'parameters')) {
      const name = textAt(parameter, 'name') ?? '';
      const value = textAt(parameter, 'value') ?? '';
      add(`helm parameter ${name}`, `${name}=${value}`, trySecret(name.split('.').at(-1) ?? name, value));
    }
    for (const [name, value] of leavesAt(valueAt(object, 'spec', 'source', 'helm', 'valuesObject')))
      add(`helm value ${name}`, `${name}=${value}`, trySecret(name, value));
    const values = textAt(object, 'spec', 'source', 'helm', 'values');
    for (const [, name = '', value = ''] of (values ?? '').matchAll(/^\s*([A-Za-z0-9_.-]+):[ \t]*["']?([^\s"'#][^"'\n]*?)["']?[ \t]*$/gm)) {
      add(`helm value ${name}`, `${name}=${value}`, trySecret(name, value));
    }
  }
  for (const { name, value } of containerVariables(object)) add(`env ${name}`, `${name}=${value}`, trySecret(name, value));
  const seen = new Set(hits.map(({ identity }) => identity));
  for (const [field, value] of leavesAt(object as unknown as Json)) {
    if (![...seen].some((identity) => identity.endsWith(`=${value}`))) add(field, `${field}=${value}`, trySecretFormat(value));
  }
  return hits;
}

function entriesAt(object: KubernetesObject, field: string): [string, string][] {
  const record = valueAt(object, field);
  if (typeof record !== 'object' || record === null) return [];
  return Object.entries(record).map(([name, value]) => [name, String(value)]);
}

/** Every text in a value, with the dotted path to it. */
function leavesAt(value: Json | undefined, at = ''): [string, string][] {
  if (typeof value === 'string') return [[at, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => leavesAt(item as Json, at === '' ? key : `${at}.${key}`));
}

function containerVariables(object: KubernetesObject): { readonly name: string; readonly value: string }[] {
  const templates = [['spec'], ['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec']];
  return templates.flatMap((template) =>
    ['initContainers', 'containers'].flatMap((list) =>
      listAt(object, ...template, list).flatMap((container) =>
        listAt(container, 'env').flatMap((variable) => {
          const value = textAt(variable, 'value');
          return value === undefined ? [] : [{ name: textAt(variable, 'name') ?? '', value }];
        }),
      ),
    ),
  );
}

function workflowHits(model: PlatformModel, desired: DesiredState): Hit[] {
  // What the program says in a command is reported there, not again where the command is compiled to.
  const known = commandHits(model).map(({ identity }) => identity);
  return desired.repositories.flatMap((repository) => {
    const path = model.repositories.find(({ name }) => name === repository.name)?.path ?? model.name;
    return repository.workflows.flatMap((workflow) => {
      const inRecord = (record: Readonly<Record<string, string | number | boolean>> | undefined, place: string): Hit[] =>
        hitsOf(
          Object.fromEntries(Object.entries(record ?? {}).map(([name, value]) => [name, String(value)])),
          path,
          (name) => `${place} ${name} of ${workflow.path}`,
        );
      return [
        ...inRecord(workflow.env, 'env'),
        ...Object.entries(workflow.jobs).flatMap(([id, job]) => [
          ...inRecord(job.env, `env of job ${id}:`),
          ...job.steps.flatMap((step) => [
            ...inRecord(step.env, `env of job ${id}:`),
            ...inRecord(step.with, `input of job ${id}:`),
            ...scriptHits(
              known.reduce((script, command) => script.replaceAll(command, ''), step.run ?? ''),
              path,
              `step '${step.name}' of ${workflow.path}`,
            ),
          ]),
        ]),
      ];
    });
  });
}

/** One finding for a variable and its value, however many environments and objects repeat it. */
function grouped(hits: readonly Hit[]): RuleFinding[] {
  const groups = new Map<string, Hit[]>();
  for (const hit of hits) {
    groups.set(hit.identity, [...(groups.get(hit.identity) ?? []), hit]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [Hit, ...Hit[]];
    const environments = [...new Set(group.flatMap(({ environment }) => environment ?? []))];
    return {
      path: first.path,
      message: `a secret is written as a literal: ${first.place}${environments.length === 0 ? '' : ` in ${andText(environments)}`}`,
      given: `${first.sign.length} characters, recognised by ${first.sign.reason}`,
      expected: 'a reference to a secret store',
      remedy: 'use Secret.external(…), and replace the value, which has been written down',
    };
  });
}
