import { compile, type DesiredState } from 'stagegate';
import { overriders, syncOf } from '../../lib/explorer/argocd';
import { openluffy } from '../compile/model-fixture';

const desired = compile(openluffy());

/** The compiled data with another Application, or AppProject, in one environment. */
function withObject(kind: string, environment: string, change: (spec: Record<string, unknown>) => unknown): DesiredState {
  const environments = desired.environments.map((compiled) =>
    compiled.name === environment
      ? {
          ...compiled,
          bootstrap: compiled.bootstrap.map((object) =>
            object.kind === kind ? { ...object, spec: change(object.spec as Record<string, unknown>) as never } : object,
          ),
        }
      : compiled,
  );
  return { ...desired, environments };
}

test('the compiled Applications follow the branches of their environments, production by hand', () => {
  expect(syncOf(desired, 'dev')).toEqual({ kind: 'automatic', revision: 'refs/heads/env/dev', heals: true, prunes: true });
  expect(syncOf(desired, 'prod')).toEqual({ kind: 'manual', revision: 'refs/heads/env/prod' });
});

test.each([
  [{}, { kind: 'automatic', revision: 'refs/heads/env/dev', heals: false, prunes: false }],
  [
    { enabled: true, selfHeal: true },
    { kind: 'automatic', revision: 'refs/heads/env/dev', heals: true, prunes: false },
  ],
  [
    { enabled: false, selfHeal: true },
    { kind: 'manual', revision: 'refs/heads/env/dev' },
  ],
  [null, { kind: 'manual', revision: 'refs/heads/env/dev' }],
])('automated: %j is %j', (automated, expected) => {
  expect(
    syncOf(
      withObject('Application', 'dev', (spec) => ({ ...spec, syncPolicy: { automated } })),
      'dev',
    ),
  ).toEqual(expected);
});

test('an Application without a revision follows HEAD, and one that its AppProject does not admit brings nothing', () => {
  const revisionless = withObject('Application', 'prod', ({ source, ...spec }) => ({
    ...spec,
    source: { ...(source as Record<string, unknown>), targetRevision: undefined },
  }));
  expect(syncOf(revisionless, 'prod')).toEqual({ kind: 'manual', revision: 'HEAD' });
  expect(
    syncOf(
      withObject('AppProject', 'prod', (spec) => ({ ...spec, sourceRepos: ['https://git.example/other'] })),
      'prod',
    ).kind,
  ).toBe('none');
  expect(
    syncOf(
      withObject('Application', 'prod', (spec) => ({ ...spec, project: 'default' })),
      'prod',
    ).kind,
  ).toBe('none');
});

test('nobody may sync another revision, unless a role of the project says so', () => {
  expect(overriders(desired, 'prod')).toEqual([]);
  const roles = [
    { name: 'sync', groups: ['release'], policies: ['p, proj:x:sync, applications, sync, x/*, allow'] },
    { name: 'all', groups: ['admins'], policies: ['p, proj:x:all, applications, *, x/*, allow'] },
    { name: 'override', policies: ['p, proj:x:override, applications, override, x/*, allow'] },
  ];
  expect(
    overriders(
      withObject('AppProject', 'prod', (spec) => ({ ...spec, roles })),
      'prod',
    ),
  ).toEqual(['admins', 'override']);
});
