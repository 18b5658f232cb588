import { differenceAnnotations } from '../../lib/report/annotations';
import { changeOf, differenceOf, environmentOf } from './differences';

const risk = (name: string) =>
  changeOf({ name, meanings: [{ weight: 'risk', text: 'replicas 3 → 1: the disruption budget no longer holds' }] });

test('a weaker policy is a warning on the file of the program, with what is possible now', () => {
  const policy = [
    { subject: 'preprod → prod', direction: 'weaker' as const, before: '1 approval', possibleNow: ['developer pushes', 'prod runs it'] },
    { subject: 'main', direction: 'stronger' as const, after: '1 approval' },
  ];
  expect(differenceAnnotations(differenceOf({ policy }), 'platform.ts')).toEqual([
    {
      level: 'warning',
      title: 'policy weaker: preprod → prod',
      message: '1 approval → nothing demanded\npossible now, impossible before\n1 developer pushes\n2 prod runs it',
      file: 'platform.ts',
    },
  ]);
});

test('each risk is a warning, and what was not compared a notice; other changes are none', () => {
  const environments = [environmentOf('prod', [risk('backend'), changeOf({ name: 'other' })])];
  const notCompared = [{ what: 'dev', why: 'a slot has no value' }];
  expect(differenceAnnotations(differenceOf({ environments, notCompared }))).toEqual([
    { level: 'warning', title: 'prod: Deployment backend', message: 'replicas 3 → 1: the disruption budget no longer holds' },
    { level: 'notice', title: 'not compared: dev', message: 'a slot has no value' },
  ]);
});

test('GitHub shows ten of a level, so the tenth says how many more there are', () => {
  const environments = [
    environmentOf(
      'prod',
      Array.from({ length: 25 }, (_, index) => risk(`app-${index}`)),
    ),
  ];
  const annotations = differenceAnnotations(differenceOf({ environments }));
  expect(annotations).toHaveLength(10);
  expect(annotations.at(-1)).toEqual({ level: 'warning', title: '16 more', message: 'the summary of the run shows all of them' });
});
