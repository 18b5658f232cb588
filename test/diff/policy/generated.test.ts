import { compile, resolve } from 'stagegate';
import { intentOf } from '../../../lib/rules/intent';
import { withEnvironment, withPolicy } from '../../generated/edits';
import { buildProgram, type GatePlan, lawfulPlan, type PlatformPlan, type PolicyPlan } from '../../generated/platform-generator';
import { Random } from '../../generated/random';
import { policyChanges } from './changes';

const PLATFORMS = 25;
const SEED = 20_261_121;

const declared = (plan: PlatformPlan) => {
  const model = resolve(buildProgram(plan).platform);
  return { desired: compile(model), intent: intentOf(model) };
};

type Strengthening = (plan: PlatformPlan, random: Random) => PlatformPlan | undefined;

const onPolicy =
  (change: (policy: PolicyPlan, random: Random, plan: PlatformPlan) => Partial<PolicyPlan> | undefined): Strengthening =>
  (plan, random) => {
    const policy = random.pick(plan.policies);
    const changed = change(policy, random, plan);
    return changed && withPolicy(plan, policy.name, changed);
  };

const withGate = ({ gates }: PolicyPlan, gate: GatePlan): Partial<PolicyPlan> | undefined =>
  gates.some(({ kind }) => kind === gate.kind) ? undefined : { gates: [...gates, gate] };

/** Ways to demand more, each of something else. */
const strengthenings: Readonly<Record<string, Strengthening>> = {
  health: onPolicy((policy) => withGate(policy, { kind: 'healthy' })),
  'a verification': onPolicy((policy) => withGate(policy, { kind: 'verified' })),
  'a person who asks': onPolicy((policy) => withGate(policy, { kind: 'manual', at: 'promotion' })),
  'a soak, or a longer one': onPolicy((policy) =>
    policy.gates.some(({ kind }) => kind === 'soak')
      ? { gates: policy.gates.map((gate) => (gate.kind === 'soak' ? { ...gate, minutes: gate.minutes + 5 } : gate)) }
      : withGate(policy, { kind: 'soak', minutes: 5 }),
  ),
  'an approval, or one more': onPolicy((policy, random) =>
    policy.gates.some(({ kind }) => kind === 'approvals')
      ? {
          gates: policy.gates.map((gate) =>
            gate.kind === 'approvals'
              ? {
                  ...gate,
                  total: gate.total + 1,
                  including: random.chance(0.5) ? gate.including : [...gate.including, { team: 'auditors' }],
                }
              : gate,
          ),
        }
      : withGate(policy, { kind: 'approvals', total: random.whole(1, 3), including: [{ team: 'operators' }] }),
  ),
  'approvals of a rollback': onPolicy(({ rollback }) => (rollback === 'manual' ? { rollback: 'approved' } : undefined)),
  'a sync by a person': (plan, random) => {
    const environment = random.pick(plan.environments);
    const rolledBack = plan.policies.some(({ to, rollback }) => to === environment.name && rollback === 'automatic');
    if (environment.sync === 'manual' || environment.target !== 'kubernetes' || rolledBack) return undefined;
    return withEnvironment(plan, environment.name, { sync: 'manual', group: 'release-engineers' });
  },
  'a higher tier': (plan, random) => {
    const environment = random.pick(plan.environments);
    if (environment.tier === 'production') return undefined;
    return withEnvironment(plan, environment.name, { tier: environment.tier === 'development' ? 'staging' : 'production' });
  },
  'reviews, checks and head branches': (plan, random) => {
    const protection = random.pick(plan.protections);
    if (protection.ref.kind === 'tags') return undefined;
    const stronger = random.pick([
      { approvals: protection.approvals + 1 },
      { checks: [...protection.checks, 'lint'] },
      protection.onlyFrom.length === 0 ? { onlyFrom: ['next'] } : { approvals: protection.approvals + 2 },
    ]);
    return { ...plan, protections: plan.protections.map((one) => (one === protection ? { ...one, ...stronger } : one)) };
  },
};

const platforms = Array.from({ length: PLATFORMS }, (_, index) => ({ index, random: new Random(SEED + index * 9973) }));

test('nothing changes between a platform and itself, however it is ordered', () => {
  for (const { index } of platforms) {
    const base = declared(lawfulPlan(new Random(SEED + index * 9973)));
    const again = JSON.parse(JSON.stringify(base.desired), (key, value) =>
      Array.isArray(value) && key !== 'lanes' ? value.reverse() : value,
    );
    expect([index, ...policyChanges(base, { desired: again })]).toEqual([index]);
  }
});

test('demanding more, of anything and of several things at once, is stronger and never weaker', () => {
  const used = new Map<string, number>();
  for (const { index, random } of platforms) {
    const plan = lawfulPlan(random);
    let stronger = plan;
    const names: string[] = [];
    for (const [name, strengthen] of random.shuffled(Object.entries(strengthenings))) {
      const next = names.length < 3 ? strengthen(stronger, random) : undefined;
      if (next === undefined) continue;
      stronger = next;
      names.push(name);
      used.set(name, (used.get(name) ?? 0) + 1);
    }
    const [base, head] = [declared(plan), declared(stronger)];
    const about = `platform ${index} with ${names.join(', ')}`;
    const changes = policyChanges(base, head);
    expect([about, ...changes.filter(({ direction }) => direction !== 'stronger')]).toEqual([about]);
    expect([about, changes.length > 0]).toEqual([about, true]);
    const back = policyChanges(head, base, { bounds: 'none' });
    expect([about, ...back.filter(({ direction }) => direction !== 'weaker')]).toEqual([about]);
    expect([about, back.length > 0]).toEqual([about, true]);
  }
  expect([...used.keys()].sort()).toEqual(Object.keys(strengthenings).sort());
});
