import fc from 'fast-check';
import { healthyStays, LOST_UNSEEN, type ReportedDeployment, soakOf } from '../../lib/delivery/soak';

type Report = ReportedDeployment['statuses'][number];

const reports = fc
  .array(fc.record({ after: fc.integer({ min: 1, max: 50 }), state: fc.constantFrom('success', 'pending', 'failure', 'error' as const) }), {
    maxLength: 12,
  })
  .map((steps) => {
    let at = 0;
    return steps.map(({ after, state }): Report => {
      at += after;
      return { at, state, description: state };
    });
  });

/** Whether the release was healthy during the second that begins at `time`, read second by second. */
function healthyAt({ statuses, replacedAt }: ReportedDeployment, time: number): boolean {
  if (replacedAt !== undefined && time >= replacedAt) return false;
  return statuses.findLast(({ at }) => at <= time)?.state === 'success';
}

test('the longest stay is the longest run of healthy seconds, never a sum of several', () => {
  fc.assert(
    fc.property(
      reports,
      fc.option(fc.integer({ min: 0, max: 700 }), { nil: undefined }),
      fc.integer({ min: 0, max: 200 }),
      (statuses, replacedAt, later) => {
        const deployment: ReportedDeployment = { statuses, ...(replacedAt !== undefined && { replacedAt }) };
        const now = Math.max(statuses.at(-1)?.at ?? 0, replacedAt ?? 0) + later;
        let longest = 0;
        for (let time = 0, run = 0; time < now; time += 1) {
          run = healthyAt(deployment, time) ? run + 1 : 0;
          longest = Math.max(longest, run);
        }
        expect(soakOf([deployment], now).longest).toBe(longest);
      },
    ),
    { numRuns: 500 },
  );
});

test('a stay is open exactly while the last report is health and nothing has replaced the release', () => {
  fc.assert(
    fc.property(reports, fc.boolean(), (statuses, replaced) => {
      const end = (statuses.at(-1)?.at ?? 0) + 1;
      const { since } = soakOf([{ statuses, ...(replaced && { replacedAt: end }) }], end);
      expect(since !== undefined).toBe(!replaced && statuses.at(-1)?.state === 'success');
    }),
  );
});

test('several deployments of one release count by the best of them', () => {
  fc.assert(
    fc.property(reports, reports, (one, two) => {
      const now = 10_000;
      const best = Math.max(...[one, two].map((statuses) => soakOf([{ statuses, replacedAt: 5000 }], now).longest));
      const both = [one, two].map((statuses) => ({ statuses, replacedAt: 5000 }));
      expect(soakOf(both, now).longest).toBe(best);
    }),
  );
});

test('a stay in which health was lost unseen counts nothing', () => {
  const statuses: Report[] = [
    { at: 10, state: 'success', description: 'dev healthy at c0ffee1' },
    { at: 90, state: 'pending', description: `dev ${LOST_UNSEEN}` },
    { at: 90, state: 'success', description: 'dev healthy at c0ffee1' },
  ];
  expect(healthyStays({ statuses })).toEqual([{ from: 90 }]);
  expect(soakOf([{ statuses }], 100)).toEqual({ longest: 10, since: 90 });
});
