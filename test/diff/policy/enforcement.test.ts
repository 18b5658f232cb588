import { join } from 'node:path';
import { loadProgram } from '../../../lib/cli/program-file';
import { compile } from '../../../lib/compile/compile';
import type { DesiredRuleset, DesiredState } from '../../../lib/desired/desired-state';
import { enforcements } from '../../../lib/diff/policy/enforcement';
import { resolve } from '../../../lib/model/resolve';

let desired: DesiredState;
beforeAll(async () => {
  const { platform } = await loadProgram({ folder: join(__dirname, '..', '..', '..', 'examples', '01-openluffy'), note: () => undefined });
  desired = compile(resolve(platform));
});

const withRulesets = (change: (ruleset: DesiredRuleset) => DesiredRuleset | undefined): DesiredState => ({
  ...desired,
  repositories: desired.repositories.map((repository) => ({
    ...repository,
    rulesets: repository.rulesets.flatMap((ruleset) => change(ruleset) ?? []),
  })),
});
const unenforced = (state: DesiredState): string[] =>
  enforcements(state)
    .filter(({ by }) => by === '')
    .map(({ subject, demand }) => `${subject}: ${demand}`);

test('everything that OpenLuffy demands is enforced by something', () => {
  expect(enforcements(desired).length).toBeGreaterThan(10);
  expect(unenforced(desired)).toEqual([]);
});

test('without the ruleset of the environments nothing enforces the gates', () => {
  const gates = enforcements(desired)
    .filter(({ subject }) => subject.includes('→'))
    .map(({ subject, demand }) => `${subject}: ${demand}`);
  expect(unenforced(withRulesets((ruleset) => (ruleset.name === 'stagegate: environments' ? undefined : ruleset)))).toEqual(gates);
});

test.each([
  ['disabled', (ruleset: DesiredRuleset): DesiredRuleset => ({ ...ruleset, enforcement: 'disabled' })],
  [
    'bypassed',
    (ruleset: DesiredRuleset): DesiredRuleset => ({
      ...ruleset,
      bypass_actors: [{ actor_type: 'OrganizationAdmin', bypass_mode: 'always' }],
    }),
  ],
])('a ruleset that is %s enforces nothing', (_, change) => {
  expect(
    unenforced(withRulesets((ruleset) => (ruleset.name.startsWith('stagegate: ') ? change(ruleset) : ruleset))).length,
  ).toBeGreaterThan(5);
});

test('an Application that syncs by itself where a person should is said', () => {
  const changed = JSON.parse(JSON.stringify(desired)) as {
    environments: { name: string; bootstrap: { kind: string; spec: { syncPolicy: object } }[] }[];
  };
  for (const { name, bootstrap } of changed.environments) {
    for (const object of bootstrap) if (name === 'prod' && object.kind === 'Application') object.spec.syncPolicy = { automated: {} };
  }
  expect(unenforced(changed as unknown as DesiredState)).toEqual(['prod: runs only when a person syncs']);
});
