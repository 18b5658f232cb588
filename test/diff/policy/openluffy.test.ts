import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DesiredState } from '../../../lib/desired/desired-state';
import type { PolicyChange } from '../../../lib/diff/difference';
import { policyDifference } from '../../../lib/diff/policy/policy-changes';
import { Bounds, explore } from '../../../lib/explorer/explore';
import { replay } from '../../../lib/explorer/replay';
import { policyChanges } from './changes';
import { DEVELOP, type Loosening, loosenings, MAIN } from './loosenings';
import { also, type Edit, openluffy, STRICT } from './openluffy-program';
import { unordered } from './unordered';

const onBase = ({ strict, edits }: Loosening) => ({
  base: openluffy(strict ? STRICT : []),
  head: openluffy([...(strict ? STRICT : []), ...edits]),
});

const find = (changes: readonly PolicyChange[], subject: string, direction: PolicyChange['direction']) =>
  changes.find((change) => change.direction === direction && change.subject === subject);

/** Rulesets of private repositories on the free plan are in force nowhere. */
const inForce = (desired: DesiredState): DesiredState => ({
  ...desired,
  repositories: desired.repositories.map((one) => (one.plan === 'free' && one.visibility !== 'public' ? { ...one, rulesets: [] } : one)),
});

describe('without, or with less of', () => {
  test.each(loosenings)('$what, a demand is weaker, and what is possible then is said', (loosening) => {
    const { base, head } = onBase(loosening);
    const changes = policyChanges(base, head);
    const change = find(changes, loosening.subject, 'weaker');
    expect(change ?? changes).toMatchObject({ before: loosening.before, after: loosening.after });
    const possible = explore(inForce(head.desired), base.intent, Bounds.quick).violations;
    expect(changes.some(({ possibleNow }) => possibleNow !== undefined)).toBe(possible.length > 0);
    for (const { possibleNow } of changes) {
      if (possibleNow === undefined) continue;
      const violation = possible.find(({ lines }) => lines.join('\n') === possibleNow.join('\n'));
      expect(replay(base.desired, base.intent, violation?.events ?? []).harm).toBeUndefined();
    }
  });
});

describe('with, or with more of', () => {
  test.each(loosenings)('$what, a demand is stronger, and none is weaker', (loosening) => {
    const { base: head, head: base } = onBase(loosening);
    const changes = policyChanges(base, head);
    expect(changes.filter(({ direction }) => direction !== 'stronger')).toEqual([]);
    expect(find(changes, loosening.subject, 'stronger') ?? changes).toMatchObject({
      before: loosening.after === 'none of these' ? 'no such demands' : loosening.after,
      after: loosening.before,
    });
  });
});

describe('is weaker under another name all the same:', () => {
  const renames: readonly Edit[] = [
    ["(platform, 'preprod'", "(platform, 'qa'"],
    ["(platform, 'prod'", "(platform, 'production'"],
    ["'preprod-to-prod'", "'last'"],
    ["(platform, 'integration'", "(platform, 'acceptance'"],
  ];

  test('an approval that goes with a rename of policy, environments and suite', () => {
    const changes = policyChanges(
      openluffy(),
      openluffy([...renames, [", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", '']]),
    );
    expect(changes.map(({ subject, direction }) => [direction, subject])).toEqual([
      ['weaker', 'qa → production'],
      ['weaker', MAIN],
    ]);
    expect(changes[0]?.possibleNow).toEqual([
      'developer pushes 4f2a1c to develop; dev runs 4f2a1c',
      'dev reports 4f2a1c healthy',
      'time passes, 4f2a1c stays healthy in dev',
      '4f2a1c is merged from develop to main; this starts the delivery app, which promotes 4f2a1c to qa',
      'qa reports 4f2a1c healthy',
      'acceptance passes for 4f2a1c in qa',
      '4f2a1c enters production and nobody of engineers approved it',
    ]);
  });
});

describe('what the host enforces', () => {
  const SUBJECT = 'plan and visibility of lebrick07/openluffy';
  const on = (settings: string) => openluffy([["plan: 'team'", settings]]);
  const unenforced = 'GitHub enforces none of its rulesets, so that whoever may write pushes to every branch';

  test('is weaker on a plan without rulesets, with the way that is open then, and stronger the other way round', () => {
    expect(policyChanges(openluffy(), on("plan: 'free'"))).toEqual([
      {
        subject: SUBJECT,
        direction: 'weaker',
        before: 'GitHub enforces its rulesets',
        after: unenforced,
        enforcedBefore: 'plan team',
        possibleNow: ['developer pushes to env/prod', 'env/prod can be pushed to without a gate by developer'],
      },
    ]);
    expect(policyChanges(on("plan: 'free'"), openluffy())).toMatchObject([
      { subject: SUBJECT, direction: 'stronger', before: unenforced, after: 'GitHub enforces its rulesets', enforcedAfter: 'plan team' },
    ]);
  });

  test('is weaker where a public repository of that plan becomes private, and its code is read by fewer', () => {
    const [open, closed] = [on("plan: 'free', visibility: 'public'"), on("plan: 'free', visibility: 'private'")];
    const host = policyChanges(open, closed).filter(({ subject }) => subject === SUBJECT);
    expect(host).toMatchObject([
      { direction: 'weaker', after: unenforced, enforcedBefore: 'visibility public', possibleNow: expect.anything() },
      { direction: 'stronger', before: 'everybody reads the code', after: 'only who has access reads the code' },
    ]);
  });

  test.each([
    ['public', 'everybody reads the code'],
    ['internal', 'everybody of the enterprise reads the code'],
  ])('is weaker where a repository becomes %s', (visibility, after) => {
    const change = find(policyChanges(openluffy(), on(`plan: 'team', visibility: '${visibility}'`)), SUBJECT, 'weaker');
    expect(change).toEqual({ subject: SUBJECT, direction: 'weaker', before: 'only who has access reads the code', after });
  });

  test('is the same on plans that have the same', () => {
    expect(policyChanges(openluffy(), on("plan: 'pro'"))).toEqual([]);
  });

  test('makes nothing newly possible where it enforced nothing before', () => {
    const free: Edit = ["plan: 'team'", "plan: 'free'"];
    const unchecked: Edit = ["branch('develop'), checks: [validate]", "branch('develop')"];
    const weaker = (edits: readonly Edit[]) => find(policyChanges(openluffy(edits), openluffy([...edits, unchecked])), DEVELOP, 'weaker');
    expect(weaker([])).toMatchObject({ before: 'check validate', possibleNow: expect.anything() });
    expect(weaker([free])).toEqual(expect.not.objectContaining({ possibleNow: expect.anything() }));
  });
});

describe('has no order, and is changed:', () => {
  test.each(unordered)('$what', ({ edits, subject, before, after }) => {
    const changes = policyChanges(openluffy(), openluffy(edits));
    expect(find(changes, subject, 'changed') ?? changes).toMatchObject({ before, after });
    expect(changes.filter(({ direction }) => direction === 'weaker')).toEqual([]);
  });
});

test('of an environment that is new or gone nothing is compared, but what it makes of refs that were there', () => {
  const lab =
    "new Environment(platform, 'lab', { tier: Tier.development, target: Target.kubernetes(cluster), source: repository.branch('lab') });";
  const [base, head] = [openluffy(), openluffy([also(lab)])];
  const history = ['can be deleted, can be rewritten', 'no deletion, no force push'];
  expect(policyChanges(base, head)).toMatchObject([
    { direction: 'stronger', subject: 'lab of lebrick07/openluffy', before: history[0], after: history[1] },
  ]);
  // Nothing is born of the branch any more, so that it is not weaker that nothing protects it.
  expect(policyChanges(head, base)).toMatchObject([
    { direction: 'changed', subject: 'lab of lebrick07/openluffy', before: history[1], after: history[0] },
  ]);
});

test('an environment in between is no weaker way, since all that was demanded still is', () => {
  const between: readonly Edit[] = [
    also(
      "const canary = new Environment(platform, 'canary', { tier: Tier.staging, target: Target.kubernetes(cluster) });\nnew PromotionPolicy(platform, 'preprod-to-canary', { from: preprod, to: canary, gates: [Gate.healthy()] });\nnew PromotionPolicy(platform, 'canary-to-prod', { from: canary, to: prod, on: repository.branch('main'), gates: [Gate.healthy(), Gate.verified(integration), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })] });",
    ),
    [
      "new PromotionPolicy(platform, 'preprod-to-prod', {\n  from: preprod,\n  to: prod,\n  on: repository.branch('main'),\n  gates: [Gate.healthy(), Gate.verified(integration), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],\n});",
      '',
    ],
  ];
  const changes = policyChanges(openluffy(), openluffy(between));
  expect(changes).toMatchObject([
    {
      direction: 'stronger',
      subject: '→ prod',
      before: expect.stringContaining('from preprod: '),
      after: expect.stringContaining('from canary: '),
    },
  ]);
  expect(policyChanges(openluffy(between), openluffy())).toMatchObject([
    { direction: 'weaker', subject: '→ prod', possibleNow: expect.anything() },
  ]);
});

test('a weaker gate is said as a reviewer reads it, with what enforced it and the way that is open now, as the page on it shows', () => {
  const [change] = policyChanges(openluffy(), openluffy([[", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", '']]));
  expect(change).toEqual({
    subject: 'preprod → prod',
    direction: 'weaker',
    before: '1 approval including engineers',
    after: 'no approval',
    enforcedBefore: 'stagegate/gates by app stagegate, required on env/prod by "stagegate: environments"',
    possibleNow: [
      'developer pushes 4f2a1c to develop; dev runs 4f2a1c',
      'dev reports 4f2a1c healthy',
      'time passes, 4f2a1c stays healthy in dev',
      '4f2a1c is merged from develop to main; this starts the delivery app, which promotes 4f2a1c to preprod',
      'preprod reports 4f2a1c healthy',
      'integration passes for 4f2a1c in preprod',
      '4f2a1c enters prod and nobody of engineers approved it',
    ],
  });
  const page = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'policy-changes.md'), 'utf8');
  const { possibleNow = [], before, after, enforcedBefore } = change ?? {};
  for (const text of [`before | ${before}`, `after | ${after}`, `by | ${enforcedBefore}`]) expect(page).toContain(text);
  expect(page).toContain(possibleNow.map((line, index) => `> ${index + 1}. ${line}`).join('\n'));
});

test('what could not be explored is said, and demands are compared all the same', () => {
  const [base, head] = [openluffy(), openluffy([['Gate.verified(integration), ', '']])];
  const { policy, notCompared } = policyDifference(base, head);
  expect(notCompared).toEqual([]);
  const expected = policy.map(({ possibleNow: _, ...change }) => change);
  const unexplored = (why: string) => ({ policy: expected, notCompared: [{ what: 'what a weaker policy makes possible', why }] });
  expect(policyDifference({ desired: base.desired }, head)).toEqual(unexplored('the policies that the base declares are not known'));
  expect(policyDifference(base, head, { bounds: 'none' })).toEqual(unexplored('the explorer was left out'));
  const cutOff = policyDifference(base, head, { bounds: { ...Bounds.quick, states: 50 } });
  expect(cutOff.notCompared).toEqual([
    { what: 'what a weaker policy makes possible', why: expect.stringMatching(/^the explorer was cut off after \d+ states$/) },
  ]);
  const tooMany = policyDifference(base, head, { bounds: { ...Bounds.quick, commits: 8 } });
  expect(tooMany).toEqual(unexplored(expect.stringMatching(/^the explorer cannot hold this platform: a state has room for 7 commits/)));
});

test('where nothing is weaker, nothing is explored', () => {
  const [head, base] = [openluffy(), openluffy([['Gate.verified(integration), ', '']])];
  expect(policyDifference({ desired: base.desired }, head).notCompared).toEqual([]);
});

test('what was possible before is not said to be possible now', () => {
  const base = openluffy([["branch('develop'), checks: [validate]", "branch('develop')"]]);
  const weak = { ...base, intent: openluffy().intent };
  const [change] = policyChanges(
    weak,
    openluffy([["branch('develop'), checks: [validate]", "branch('develop'), bypass: [Bypass.role('admin')]"]]),
  );
  expect(change).toMatchObject({
    direction: 'weaker',
    subject: DEVELOP,
    possibleNow: ['administrator pushes to develop', expect.any(String)],
  });
});
