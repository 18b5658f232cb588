import { Kind } from 'stagegate';
import {
  byHand,
  dropRules,
  ending,
  fault,
  manual,
  onKubernetes,
  overrideApplication,
  ruleset,
  small,
  withEnvironment,
  without,
  withPolicy,
  withProps,
} from './edits';
import type { Fault } from './fault';

/** Gates that nothing enforces, and what Argo CD is told. */
export const ENFORCEMENT_FAULTS: readonly Fault[] = [
  fault('SG103', 'a manual environment syncs by itself', ['sync'], (plan) => {
    const end = ending(plan);
    if (end === undefined || !onKubernetes(end.prod)) return undefined;
    const edited = withPolicy(withEnvironment(plan, end.prod.name, manual), end.into.name, byHand);
    return { plan: edited, program: overrideApplication(end.prod.name, { syncPolicy: { automated: {} } }) };
  }),

  fault('SG103', 'a manual environment heals itself', ['sync'], (plan) => {
    const end = ending(plan);
    if (end === undefined || !onKubernetes(end.prod)) return undefined;
    const edited = withPolicy(withEnvironment(plan, end.prod.name, manual), end.into.name, byHand);
    return { plan: edited, program: overrideApplication(end.prod.name, { syncPolicy: { automated: { selfHeal: true } } }) };
  }),

  fault('SG103', 'a person is to sync what syncs by itself', ['sync', 'gates'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    const edited = withEnvironment(plan, end.prod.name, { sync: 'automatic', group: undefined });
    return { plan: withPolicy(edited, end.into.name, { gates: [...without(end.into.gates, 'manual'), { kind: 'manual', at: 'sync' }] }) };
  }),

  fault('SG103', 'an environment that is to sync by itself does not', ['sync'], (plan, random) => {
    const automatic = plan.environments.filter((environment) => environment.sync === 'automatic' && onKubernetes(environment));
    if (automatic.length === 0) return undefined;
    const { name } = random.pick(automatic);
    return {
      program: ({ environments }) =>
        environments.get(name)?.patch(Kind.application, [{ op: 'remove', path: '/spec/syncPolicy/automated' }]),
    };
  }),

  fault('SG103', 'self-heal is switched off', ['sync'], (plan, random) => {
    const automatic = plan.environments.filter((environment) => environment.sync === 'automatic' && onKubernetes(environment));
    if (automatic.length === 0) return undefined;
    return { program: overrideApplication(random.pick(automatic).name, { syncPolicy: { automated: { selfHeal: false } } }) };
  }),

  fault('SG103', 'an Application follows a branch that people write to', ['revision'], (plan, random) => {
    const environment = random.pick(plan.environments);
    return onKubernetes(environment)
      ? { program: overrideApplication(environment.name, { source: { targetRevision: 'feature' } }) }
      : undefined;
  }),

  fault('SG103', 'a project reaches every namespace', ['objects'], (plan, random) => {
    const environment = random.pick(plan.environments);
    if (!onKubernetes(environment)) return undefined;
    return {
      program: ({ environments }) =>
        environments.get(environment.name)?.patch(Kind.appProject, [{ op: 'replace', path: '/spec/destinations/0/namespace', value: '*' }]),
    };
  }),

  fault('SG103', 'people may push to the branches of environments', ['rulesets'], () => ({
    compiled: (desired) => dropRules(desired, 'delivery', ['update']),
  })),

  fault(
    'SG103',
    'the gates are not required',
    ['rulesets'],
    small({ compiled: (desired) => dropRules(desired, 'environments', ['required_status_checks']) }),
  ),

  fault(
    'SG103',
    'anybody may report the gates',
    ['rulesets'],
    small({
      compiled: (desired) => {
        for (const rule of ruleset(desired, 'environments')?.rules ?? []) {
          if (rule.type === 'required_status_checks')
            for (const check of rule.parameters.required_status_checks) check.integration_id = undefined;
        }
      },
    }),
  ),

  fault(
    'SG103',
    'the ruleset of the environments only evaluates',
    ['rulesets'],
    small({
      compiled: (desired) => {
        const found = ruleset(desired, 'environments');
        if (found !== undefined) found.enforcement = 'evaluate';
      },
    }),
  ),

  fault('SG103', 'a gate is lost in compilation', ['gates'], (plan, random) => {
    const gated = plan.policies.filter(({ gates }) => gates.length > 0);
    if (gated.length === 0) return undefined;
    const { name } = random.pick(gated);
    return {
      compiled: (desired) => {
        const edge = desired.delivery.edges.find(({ policy }) => policy === name);
        if (edge !== undefined) edge.gates = edge.gates.slice(1);
      },
    };
  }),

  fault('SG112', 'Argo CD remembers nothing', ['history'], (plan, random) => {
    const environment = random.pick(plan.environments);
    return onKubernetes(environment) ? { plan: withProps(plan, environment.name, { revisionHistory: 0 }) } : undefined;
  }),

  fault('SG112', 'an override takes the history away', ['history'], (plan, random) => {
    const environment = random.pick(plan.environments);
    return onKubernetes(environment) ? { program: overrideApplication(environment.name, { revisionHistoryLimit: 0 }) } : undefined;
  }),
];
