import { overdueAbsence } from '../../lib/rules/sg308-overdue-absence';
import type { Program } from '../generated/platform-generator';
import { contextOf, found } from './shop';

const absent = ({ services, environments }: Program) => {
  const staging = environments.get('staging');
  if (staging !== undefined) services.get('web')?.absentFrom(staging, { reason: 'no database yet', until: '2026-01-31' });
};

test('an absence passes until its day is over', () => {
  expect(found(overdueAbsence, { program: absent, facts: { date: '2026-01-31' } })).toEqual([]);
});

test('an absence beyond its day is warned of', () => {
  expect(overdueAbsence.severity).toBe('warning');
  expect(found(overdueAbsence, { program: absent, facts: { date: '2026-02-01' } })).toEqual([
    {
      path: 'shop/web',
      message: 'web is absent from staging for longer than was meant',
      given: 'until 2026-01-31, because: no database yet; today is 2026-02-01',
      expected: 'a day to come, or no absence',
      remedy: 'let web run in staging, or decide again until when it does not',
    },
  ]);
});

test('without a date it says what it did not check, where there is an absence', () => {
  expect(found(overdueAbsence, { program: absent })).toEqual([]);
  expect(overdueAbsence.notChecked?.(contextOf({ program: absent }))).toBe('which absences are overdue is not known without a date');
  expect(overdueAbsence.notChecked?.(contextOf())).toBeUndefined();
});
