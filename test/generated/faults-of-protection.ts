import { approval, byHand, delivery, ending, fault, isProgram, onKubernetes, ruleset, withEnvironment, without, withPolicy } from './edits';
import type { Fault } from './fault';
import type { RefPlan } from './platform-generator';

/** Mistakes in who may do what. */
export const PROTECTION_FAULTS: readonly Fault[] = [
  fault('SG105', 'the plan has no rulesets', ['plan'], (plan) => ({ plan: { ...plan, plan: 'free', visibility: 'private' } })),

  fault('SG105', 'more approvals are asked of named people than there are', ['gates', 'program'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    const gates = [...without(end.into.gates, 'approvals'), approval({ total: 2, including: [{ people: ['mia'], count: 2 }] })];
    return { plan: withPolicy(plan, end.into.name, { gates }) };
  }),

  fault('SG401', 'nobody approves what production waits for', ['protection'], (plan, random) => {
    const weak = plan.protections.filter(
      ({ ref }) => ref.kind === 'branch' && plan.policies.some(({ on }) => on === ref) && !isProgram(ref),
    );
    if (weak.length === 0) return undefined;
    const { name } = random.pick(weak);
    return {
      plan: {
        ...plan,
        protections: plan.protections.map((protection) => (protection.name === name ? { ...protection, approvals: 0 } : protection)),
      },
    };
  }),

  fault('SG401', 'the history of a source can be rewritten', ['protection'], (plan, random) => {
    const { ref } = random.pick(plan.protections);
    if (isProgram(ref)) return undefined;
    return {
      compiled: (desired) => {
        const full = `refs/${ref.kind === 'branch' ? 'heads' : 'tags'}/${ref.pattern}`;
        const owner = ref.repository === 'code' ? 'acme/shop-code' : 'acme/shop';
        for (const repository of desired.repositories.filter(({ name }) => name === owner)) {
          for (const found of repository.rulesets) {
            if (found.conditions.ref_name.include.includes(full))
              found.rules = found.rules.filter(({ type }) => type !== 'non_fast_forward' && type !== 'deletion') as typeof found.rules;
          }
        }
      },
    };
  }),

  fault('SG401', 'a source of staging takes pushes', ['protection', 'checks', 'gates'], (plan) => {
    const first = plan.environments[0];
    if (first?.tier !== 'staging' || first.source?.kind !== 'branch' || isProgram(first.source)) return undefined;
    const policies = plan.policies.map((policy) => ({ ...policy, gates: without(policy.gates, 'check') }));
    return { plan: { ...plan, policies, protections: plan.protections.filter(({ ref }) => ref !== first.source) } };
  }),

  fault('SG402', 'a gate waits for a check that nobody reports', ['gates', 'checks'], (plan, random) => {
    const policy = random.pick(plan.policies);
    return { plan: withPolicy(plan, policy.name, { gates: [...without(policy.gates, 'check'), { kind: 'check', check: 'lint' }] }) };
  }),

  ...Object.entries<(check: { context: string; integration_id?: number | string }) => void>({
    'has another name': (check) => {
      check.context = 'validated';
    },
    'may come from anybody': (check) => {
      check.integration_id = undefined;
    },
    'is asked of another app': (check) => {
      check.integration_id = 4242;
    },
  }).map(([how, change]) =>
    fault('SG402', `a required check ${how}`, ['checks', 'protection'], (plan) =>
      plan.protections.some(({ checks }) => checks.length > 0)
        ? {
            compiled: (desired) => {
              const required = desired.repositories.flatMap(({ rulesets }) =>
                rulesets.flatMap(({ rules }) =>
                  rules.flatMap((rule) => (rule.type === 'required_status_checks' ? rule.parameters.required_status_checks : [])),
                ),
              );
              const found = required.find(({ context }) => context === 'validate');
              if (found !== undefined) change(found);
            },
          }
        : undefined,
    ),
  ),

  fault('SG403', 'somebody is exempt on a branch that a policy waits for', ['protection'], (plan) => {
    const gate = plan.protections.find(({ ref }) => ref.kind === 'branch' && plan.policies.some(({ on }) => on === ref) && !isProgram(ref));
    if (gate === undefined) return undefined;
    return {
      plan: {
        ...plan,
        protections: plan.protections.map((protection) => (protection === gate ? { ...protection, bypass: true } : protection)),
      },
    };
  }),

  fault('SG403', 'somebody is exempt on the branches of environments', ['rulesets'], (_plan, random) => {
    const name = random.pick(['delivery', 'environments', 'releases, history']);
    const actor = random.pick([
      { actor_type: 'RepositoryRole', actor_id: 5, bypass_mode: 'always' },
      { actor_type: 'Team', actor_id: '{{slot:team/engineers}}', bypass_mode: 'always' },
      { actor_type: 'OrganizationAdmin', bypass_mode: 'always' },
    ] as const);
    return { compiled: (desired) => void ruleset(desired, name)?.bypass_actors.push(actor) };
  }),

  fault('SG404', 'a team is too small', ['gates', 'program'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    const gates = [...without(end.into.gates, 'approvals'), approval({ including: [{ team: 'engineers' }] })];
    return { plan: withPolicy(plan, end.into.name, { gates }), facts: { teamSizes: { engineers: 1 } } };
  }),

  fault('SG405', 'somebody is exempt on the program branch', ['program'], (plan) => {
    const ref: RefPlan = { kind: 'branch', repository: 'delivery', pattern: 'main' };
    const known = plan.protections.find((protection) => isProgram(protection.ref));
    const protections =
      known === undefined
        ? [...plan.protections, { name: 'program', ref, approvals: 1, checks: [], onlyFrom: [], bypass: true }]
        : plan.protections.map((protection) => (protection === known ? { ...protection, bypass: true } : protection));
    return { plan: { ...plan, protections } };
  }),

  fault('SG405', 'the program needs no approval', ['program'], () => ({
    compiled: (desired) => {
      for (const { conditions, rules } of delivery(desired).rulesets) {
        if (conditions.ref_name.include.includes('refs/heads/main'))
          for (const rule of rules) if (rule.type === 'pull_request') rule.parameters.required_approving_review_count = 0;
      }
    },
  })),

  fault('SG405', 'a change of the policy is not judged', ['program'], () => ({
    compiled: (desired) => {
      for (const { conditions, rules } of delivery(desired).rulesets) {
        if (!conditions.ref_name.include.includes('refs/heads/main')) continue;
        for (const rule of rules) {
          if (rule.type !== 'required_status_checks') continue;
          const { parameters } = rule;
          parameters.required_status_checks = parameters.required_status_checks.filter(({ context }) => context !== 'stagegate/policy');
        }
      }
    },
  })),

  fault('SG405', 'the key of the delivery app can be read on any branch', ['program'], () => ({
    compiled: (desired) =>
      void delivery(desired)
        .environments.find(({ name }) => name === 'stagegate')
        ?.admits.push({ type: 'branch', name: 'feature' }),
  })),

  fault('SG405', 'nobody owns the program', ['program', 'gates'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    const gates = [...without(end.into.gates, 'approvals'), approval({ including: [{ team: 'engineers' }] })];
    return {
      plan: withPolicy(plan, end.into.name, { gates }),
      compiled: (desired) => {
        const owners = delivery(desired).files.find(({ path }) => path === '.github/CODEOWNERS');
        if (owners !== undefined) owners.content = owners.content.replace(/^\/platform\.ts .*$/m, '');
      },
    };
  }),

  fault('SG406', 'a shared account approves', ['gates', 'program'], (plan) => {
    const end = ending(plan);
    if (end === undefined) return undefined;
    return {
      plan: withPolicy(plan, end.into.name, {
        gates: [...without(end.into.gates, 'approvals'), approval({ including: [{ people: ['admin', 'mia'] }] })],
      }),
    };
  }),

  fault('SG406', 'a shared account may sync', ['sync'], (plan) => {
    const end = ending(plan);
    if (end === undefined || !onKubernetes(end.prod)) return undefined;
    return { plan: withPolicy(withEnvironment(plan, end.prod.name, { sync: 'manual', group: 'admin' }), end.into.name, byHand) };
  }),

  fault('SG406', 'only administrators may sync', ['sync'], (plan) => {
    const end = ending(plan);
    if (end === undefined || !onKubernetes(end.prod)) return undefined;
    return { plan: withPolicy(withEnvironment(plan, end.prod.name, { sync: 'manual', group: undefined }), end.into.name, byHand) };
  }),

  fault('SG501', 'a suppression accepts nothing', ['lanes'], () => ({
    program: ({ platform }) => platform.suppress('SG108', { reason: 'we roll forward' }),
  })),
];
