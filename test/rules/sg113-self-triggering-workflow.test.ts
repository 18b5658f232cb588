import { Kind } from 'stagegate';
import { selfTriggeringWorkflow } from '../../lib/rules/sg113-self-triggering-workflow';
import type { Program } from '../generated/platform-generator';
import { deliveryOf, found } from './shop';

test('Applications that follow the branches of their environments start no workflow', () => {
  expect(found(selfTriggeringWorkflow)).toEqual([]);
});

test('an Application that follows a branch whose pushes release is refused', () => {
  const program = follow('develop');
  expect(found(selfTriggeringWorkflow, { program })).toEqual([
    {
      path: 'shop/prod',
      message: 'prod follows develop, and every commit there starts Release - Dev',
      given: 'Application shop-prod with targetRevision: develop',
      expected: 'targetRevision: refs/heads/env/prod',
      remedy: 'drop the override of targetRevision in prod',
    },
  ]);
});

test('an Application that follows a branch without workflows is left to SG103', () => {
  expect(found(selfTriggeringWorkflow, { program: follow('feature') })).toEqual([]);
});

test('a workflow that starts on deployments, promotions or records of deliveries is refused', () => {
  const onPushes = (push: Record<string, unknown> | null) =>
    found(selfTriggeringWorkflow, {
      compiled: (desired) => {
        const workflow = deliveryOf(desired).workflows.find(({ on }) => 'push' in on);
        Object.assign(workflow?.on ?? {}, { push });
      },
    }).map(({ message }) => message);
  const all = ['dev', 'prod', 'staging'].map((name) => `every deployment to ${name} starts Release - Dev`);
  expect(onPushes({ branches: ['env/*'] })).toEqual(all);
  expect(onPushes({ branches: ['promote/**'] })).toEqual(all);
  expect(onPushes({ branches: ['**', '!env/**', '!promote/**'] })).toEqual(['every record of a delivery starts Release - Dev']);
  expect(onPushes({ branches: ['**', '!env/**', '!promote/**', '!stagegate/**'] })).toEqual([]);
  expect(onPushes({ 'branches-ignore': ['main'] })).toEqual([...all, 'every record of a delivery starts Release - Dev']);
  expect(onPushes(null)).toHaveLength(4);
  expect(onPushes({ tags: ['v*'] })).toEqual([]);
});

function follow(targetRevision: string) {
  return ({ environments }: Program) => environments.get('prod')?.override(Kind.application, { spec: { source: { targetRevision } } });
}
