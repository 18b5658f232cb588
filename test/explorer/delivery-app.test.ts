import { compile } from 'stagegate';
import { replay } from '../../lib/explorer/replay';
import type { TraceEvent } from '../../lib/explorer/trace';
import { intentOf } from '../../lib/rules/intent';
import { openluffy } from '../compile/model-fixture';

const model = openluffy();
const desired = compile(model);
const intent = intentOf(model);

const repository = 'lebrick07/openluffy';
const push = (commit: number, pattern = 'develop'): TraceEvent => ({ kind: 'land', repository, ref: { kind: 'branch', pattern }, commit });
const healthy = (environment: string): TraceEvent => ({ kind: 'healthy', environment });
const unhealthy = (environment: string): TraceEvent => ({ kind: 'unhealthy', environment });
const soak: TraceEvent = { kind: 'clock', environment: 'dev' };
const wake: TraceEvent = { kind: 'wake' };
const verify: TraceEvent = { kind: 'verify', environment: 'preprod', suite: 'integration' };
const sync: TraceEvent = { kind: 'sync', environment: 'prod' };
const approve = (commit: number): TraceEvent => ({
  kind: 'decide',
  policy: 'preprod-to-prod',
  commit,
  approvedBy: ['member of engineers'],
  asked: false,
  checks: [],
});
const rollBack = (environment: string, commit: number): TraceEvent => ({ kind: 'roll-back', environment, commit, approvals: 0 });

const toPreprod = [push(0), healthy('dev'), soak, wake];
const toProd = [...toPreprod, push(0, 'main'), healthy('preprod'), verify, approve(0), sync];

function runs(...events: TraceEvent[]) {
  const outcome = replay(desired, intent, events);
  expect(outcome.refused).toBeUndefined();
  expect(outcome.harm).toBeUndefined();
  return outcome.runs;
}

function refusal(...events: TraceEvent[]) {
  return replay(desired, intent, events).refused;
}

test('a release goes through all environments, each step after what its gates ask for', () => {
  expect(runs(push(0))).toEqual({ dev: '4f2a1c' });
  expect(runs(...toPreprod)).toEqual({ dev: '4f2a1c', preprod: '4f2a1c' });
  expect(runs(...toProd)).toEqual({ dev: '4f2a1c', preprod: '4f2a1c', prod: '4f2a1c' });
});

test('the end of a soak wakes nobody: the release goes on when the app runs next', () => {
  expect(runs(push(0), healthy('dev'), soak)).toEqual({ dev: '4f2a1c' });
  expect(runs(push(0), healthy('dev'), soak, push(1))).toEqual({ dev: '8b03d7', preprod: '4f2a1c' });
});

test('a release that is replaced within its soak does not go on', () => {
  expect(runs(push(0), healthy('dev'), push(1), healthy('dev'), soak, wake)).toEqual({ dev: '8b03d7', preprod: '8b03d7' });
});

test('a release that was unhealthy after its soak waits until it is healthy again', () => {
  expect(runs(push(0), healthy('dev'), soak, unhealthy('dev'), wake)).toEqual({ dev: '4f2a1c' });
  expect(runs(push(0), healthy('dev'), soak, unhealthy('dev'), wake, healthy('dev'))).toEqual({ dev: '4f2a1c', preprod: '4f2a1c' });
});

test('nobody can approve what is not proposed: unhealthy, unverified, or with another head of main', () => {
  const ready = [...toPreprod, push(0, 'main'), healthy('preprod')];
  expect(refusal(...ready, approve(0))?.index).toBe(ready.length);
  expect(refusal(...ready, verify, unhealthy('preprod'), approve(0))?.index).toBe(ready.length + 2);
  expect(refusal(...toPreprod, healthy('preprod'), verify, approve(0))?.index).toBe(toPreprod.length + 2);
  const moved = [...ready, verify, push(1), push(1, 'main')];
  expect(refusal(...moved, approve(0))?.index).toBe(moved.length);
});

test('who says less than the gates ask for brings nothing on', () => {
  const ready = [...toPreprod, push(0, 'main'), healthy('preprod'), verify];
  const stranger: TraceEvent = { ...approve(0), approvedBy: ['developer 2'] } as TraceEvent;
  expect(refusal(...ready, stranger)).toEqual({ index: ready.length, reason: 'preprod-to-prod asks for more' });
});

test('production waits for a person to sync', () => {
  expect(runs(...toProd.slice(0, -1))).toEqual({ dev: '4f2a1c', preprod: '4f2a1c' });
});

test('a release that was rolled back is held until somebody lifts it, there and for what comes after', () => {
  const second = [...toPreprod, healthy('preprod'), push(1), healthy('dev')];
  expect(runs(...second, rollBack('dev', 0))).toEqual({ dev: '4f2a1c', preprod: '4f2a1c' });
  expect(runs(...second, soak, rollBack('dev', 0), wake)).toEqual({ dev: '4f2a1c', preprod: '4f2a1c' });
  expect(runs(...second, rollBack('dev', 0), { kind: 'lift', environment: 'dev', commit: 1 })).toEqual({
    dev: '8b03d7',
    preprod: '4f2a1c',
  });
});

test('what was held there once is gone back to all the same', () => {
  const second = [push(0), healthy('dev'), push(1), healthy('dev'), rollBack('dev', 0)];
  expect(runs(...second, rollBack('dev', 1))).toEqual({ dev: '8b03d7' });
});

test('a hold keeps a release out of everything downstream, not only of what comes next', () => {
  const ready = [...toPreprod, push(0, 'main'), healthy('preprod'), verify];
  const held = [push(1), healthy('dev'), rollBack('dev', 0), rollBack('dev', 1)];
  expect(refusal(...ready, approve(0))).toBeUndefined();
  expect(refusal(...ready, ...held, approve(0))?.index).toBe(ready.length + held.length);
});

test('what a rollback passed over does not come by itself', () => {
  const three = [0, 1, 2].flatMap((commit) => [push(commit), healthy('dev'), soak, wake, healthy('preprod')]);
  const over = [...three, rollBack('preprod', 0)];
  expect(runs(...over, wake)).toEqual({ dev: 'c91e55', preprod: '4f2a1c' });
  expect(runs(...over, { kind: 'lift', environment: 'preprod', commit: 2 })).toEqual({ dev: 'c91e55', preprod: 'c91e55' });
});

test('a release that never was healthy somewhere is no target of a rollback there', () => {
  expect(refusal(push(0), push(1), rollBack('dev', 0))?.index).toBe(2);
});

test('an event that the compiled data knows nothing of is refused with its place in the sequence', () => {
  expect(refusal(push(0), healthy('nowhere'))).toMatchObject({ index: 1 });
  expect(refusal({ kind: 'push', by: 'developer', repository, ref: 'refs/heads/develop', how: 'update' })).toMatchObject({ index: 0 });
  expect(refusal({ kind: 'review', by: 'developer 2' })).toEqual({ index: 0, reason: 'no pull request is open' });
});
