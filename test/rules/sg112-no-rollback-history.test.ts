import { Kind } from 'stagegate';
import { noRollbackHistory } from '../../lib/rules/sg112-no-rollback-history';
import { environment, found } from './shop';

test('a history of one revision is enough', () => {
  expect(found(noRollbackHistory)).toEqual([]);
  expect(found(noRollbackHistory, { plan: environment('prod', { props: { revisionHistory: 1 } }) })).toEqual([]);
});

test('a history of none is refused, by declaration and by override', () => {
  const finding = {
    path: 'shop/prod',
    message: 'Argo CD remembers no earlier deployment of prod',
    given: 'Application shop-prod with revisionHistoryLimit: 0',
    expected: 'revisionHistoryLimit of at least 1',
  };
  expect(found(noRollbackHistory, { plan: environment('prod', { props: { revisionHistory: 0 } }) })).toEqual([
    { ...finding, remedy: 'drop revisionHistory, or raise it' },
  ]);
  expect(
    found(noRollbackHistory, {
      program: ({ environments }) => environments.get('prod')?.override(Kind.application, { spec: { revisionHistoryLimit: 0 } }),
    }),
  ).toEqual([{ ...finding, remedy: 'drop the override of revisionHistoryLimit' }]);
});
