import {
  ending,
  fault,
  manual,
  onKubernetes,
  overrideApplication,
  withBranch,
  withEnvironment,
  without,
  withPolicy,
  withProps,
} from './edits';
import type { Fault } from './fault';
import type { EnvironmentPlan, PolicyPlan } from './platform-generator';

/** Mistakes in how releases are born and move. */
export const PROMOTION_FAULTS: readonly Fault[] = [
  fault('SG101', 'production has the source of another environment', ['graph', 'protection', 'tags', 'gates'], (plan) => {
    const end = ending(plan);
    const source = plan.environments[0]?.source;
    if (end === undefined || source === undefined) return undefined;
    const strong = plan.protections.map((protection) =>
      protection.ref === source && source.kind === 'branch' ? { ...protection, approvals: 1 } : protection,
    );
    const policies = plan.policies.filter(({ to }) => to !== end.prod.name);
    return { plan: { ...withEnvironment(plan, end.prod.name, { source }), policies, protections: strong } };
  }),

  fault('SG101', 'production follows the branch of the environment before it', ['revision'], (plan) => {
    const end = ending(plan);
    if (end === undefined || !onKubernetes(end.prod)) return undefined;
    return { program: overrideApplication(end.prod.name, { source: { targetRevision: `env/${end.from.name}` } }) };
  }),

  fault('SG102', 'production has a source of its own', ['graph', 'tags', 'gates'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    const added = withBranch(plan, 'ship');
    return {
      plan: {
        ...withEnvironment(added.plan, end.prod.name, { source: added.ref }),
        policies: plan.policies.filter(({ to }) => to !== end.prod.name),
      },
    };
  }),

  fault('SG102', 'nothing says that a release works before production', ['gates'], (plan) => {
    const end = ending(plan);
    return end && { plan: withPolicy(plan, end.into.name, { gates: without(end.into.gates, 'healthy', 'verified', 'soak') }) };
  }),

  fault('SG102', 'an environment builds and receives', ['graph', 'tags'], (plan, random) => {
    const added = withBranch(plan, 'extra');
    const receiving = plan.environments.filter(({ name }) => plan.policies.some(({ to }) => to === name));
    if (receiving.length === 0) return undefined;
    const { name } = random.pick(receiving);
    return { plan: withProps(withEnvironment(added.plan, name, { source: added.ref }), name, { imageTag: { prefix: name } }) };
  }),

  fault('SG102', 'production is promoted from development past staging', ['graph', 'gates'], (plan) => {
    const end = ending(plan);
    const dev = plan.environments.find(({ tier }) => tier === 'development');
    if (end === undefined || dev === undefined || end.from.tier !== 'staging') return undefined;
    return { plan: withPolicy(plan, end.into.name, { from: dev.name }) };
  }),

  fault('SG104', 'no release can reach an environment', ['graph'], (plan) => {
    if (plan.environments.length > 3) return undefined;
    const island: EnvironmentPlan = { name: 'island', tier: 'development', sync: 'automatic', cluster: 0, target: 'kubernetes', props: {} };
    return { plan: { ...plan, environments: [...plan.environments, island] } };
  }),

  fault('SG104', 'policies form a cycle', ['graph', 'gates'], (plan) => {
    const end = ending(plan);
    if (end === undefined || end.from.source !== undefined || end.from.tier === 'production') return undefined;
    const back: PolicyPlan = { name: 'back', from: end.prod.name, to: end.from.name, gates: [{ kind: 'healthy' }], rollback: 'manual' };
    return { plan: { ...plan, policies: [...plan.policies, back] } };
  }),

  fault('SG104', 'one edge has two policies', ['graph', 'gates'], (plan, random) => {
    const policy = random.pick(plan.policies);
    return { plan: { ...plan, policies: [...plan.policies, { ...policy, name: `${policy.name}-again` }] } };
  }),

  fault('SG107', 'production builds anew', ['tags'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    return { plan: withProps(withPolicy(plan, end.into.name, { rebuild: true }), end.prod.name, { imageTag: { prefix: end.prod.name } }) };
  }),

  fault('SG108', 'nothing leads back from production', ['lanes'], (plan) => {
    if (ending(plan) === undefined) return undefined;
    return {
      compiled: (desired) => {
        const production = new Set(desired.delivery.environments.filter(({ tier }) => tier === 'production').map(({ name }) => name));
        for (const edge of desired.delivery.edges)
          if (production.has(edge.to)) edge.lanes = edge.lanes.filter(({ kind }) => kind === 'normal');
      },
    };
  }),

  fault('SG109', 'an automatic rollback into a manual environment', ['sync', 'lanes'], (plan) => {
    const end = ending(plan);
    if (end === undefined || !onKubernetes(end.prod)) return undefined;
    return { plan: withPolicy(withEnvironment(plan, end.prod.name, manual), end.into.name, { rollback: 'automatic' }) };
  }),

  fault('SG110', 'a soak without health', ['gates'], (plan, random) => {
    const policy = random.pick(plan.policies);
    const production = plan.environments.find(({ name }) => name === policy.to)?.tier === 'production';
    const others = without(policy.gates, 'healthy', 'soak', 'verified');
    return {
      plan: withPolicy(plan, policy.name, {
        gates: [...others, ...(production ? [{ kind: 'verified' } as const] : []), { kind: 'soak', minutes: 5 }],
      }),
    };
  }),

  fault('SG113', 'a deployment starts the workflow that deploys', ['revision'], (plan, random) => {
    const branch = plan.environments[0]?.source;
    const environment = random.pick(plan.environments);
    if (branch?.kind !== 'branch' || branch.repository !== 'delivery' || !onKubernetes(environment)) return undefined;
    return { program: overrideApplication(environment.name, { source: { targetRevision: branch.pattern } }) };
  }),

  fault('SG204', 'two environments are born from one ref', ['graph'], (plan) => {
    const source = plan.environments[0]?.source;
    if (source === undefined || plan.environments.length > 3) return undefined;
    const pattern = source.kind === 'tags' ? source.pattern.replace('*', '1*') : source.pattern;
    const twin: EnvironmentPlan = {
      name: 'twin',
      tier: 'development',
      source: { ...source, pattern },
      sync: 'automatic',
      cluster: 0,
      target: 'kubernetes',
      props: {},
    };
    return { plan: { ...plan, environments: [...plan.environments, twin] } };
  }),
];
