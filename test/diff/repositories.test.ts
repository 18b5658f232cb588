import { compile, type DesiredRepository, resolve } from 'stagegate';
import type { SettingChange } from '../../lib/diff/difference';
import { repositoryDifference } from '../../lib/diff/repository-difference';
import type { Draft } from '../generated/fault';
import { lawfulCase } from '../generated/planting';
import { buildProgram } from '../generated/platform-generator';
import { Random } from '../generated/random';

const [repository] = compile(resolve(buildProgram(lawfulCase(new Random(7)).plan).platform)).repositories as [DesiredRepository];

/** What changes when the settings of a repository are edited. */
function changes(edit: (draft: Draft<DesiredRepository>) => void): readonly SettingChange[] {
  const draft = structuredClone(repository) as Draft<DesiredRepository>;
  edit(draft);
  return repositoryDifference(repository, draft as unknown as DesiredRepository)?.changes ?? [];
}

test('rulesets are told by rule and parameter, and their order is nothing', () => {
  const [found] = changes(({ rulesets }) => {
    for (const { rules } of rulesets)
      for (const rule of rules) if (rule.type === 'pull_request') rule.parameters.required_approving_review_count = 6;
    rulesets.reverse();
  });
  expect(found).toMatchObject({ action: 'update', kind: 'ruleset' });
  expect(found?.fields).toMatchObject([{ path: 'rules[pull_request].parameters.required_approving_review_count', after: 6 }]);
});

test('a ruleset under another name is renamed, and one that goes is told whole', () => {
  const name = repository.rulesets[0]?.name ?? '';
  const [renamed] = changes(({ rulesets }) => {
    for (const ruleset of rulesets) if (ruleset.name === name) ruleset.name = 'another';
  });
  expect(renamed).toEqual({ action: 'rename', kind: 'ruleset', name: 'another', previous: name, fields: [] });
  const [gone] = changes(({ rulesets }) => void rulesets.shift());
  expect(gone).toMatchObject({ action: 'delete', kind: 'ruleset', name });
  expect(gone?.fields.map(({ path }) => path).sort()).toEqual(['bypass_actors', 'conditions', 'enforcement', 'rules', 'target']);
});

test('workflows are told by job and step, their order as well', () => {
  const path = '.github/workflows/deliver.yaml';
  const edited = (edit: (steps: { name: string; run?: string }[]) => void) =>
    changes(({ workflows }) => {
      const workflow = workflows.find((one) => one.path === path);
      const [job] = Object.values(workflow?.jobs ?? {});
      if (job !== undefined) edit(job.steps);
    })[0];
  const steps = Object.values(repository.workflows.find((one) => one.path === path)?.jobs ?? {})[0]?.steps ?? [];
  const last = steps.at(-1)?.id ?? steps.at(-1)?.name ?? '';
  const run = edited((all) => {
    const step = all.at(-1);
    if (step !== undefined) step.run = 'true';
  });
  expect(run).toMatchObject({ action: 'update', kind: 'workflow', name: path });
  expect(run?.fields).toMatchObject([{ path: expect.stringMatching(/^jobs\.\w+\.steps\[.+\]\.run$/), after: 'true' }]);
  expect(run?.fields[0]?.path).toContain(last);
  expect(edited((all) => void all.reverse())?.fields).toMatchObject([{ path: expect.stringMatching(/\.steps\[order\]$/) }]);
});

test('files are told by their content, environments and permissions by their fields', () => {
  const found = changes((draft) => {
    draft.files.push({ path: 'NOTES', content: 'new' });
    for (const environment of draft.environments) environment.admits.push({ type: 'tag', name: 'v*' });
    draft.actions.patterns.push('acme/*');
  });
  const told = found.map(({ action, kind, fields: [field] }) => `${action} ${kind} ${field?.path}`);
  expect([...new Set(told)]).toEqual(
    ['update environment admits[0]', 'update actions permissions patterns[acme/*]', 'create file content'].map((text) =>
      text.includes('admits') ? expect.stringMatching(/^update environment admits\[\d\]$/) : text,
    ),
  );
});

test('a repository under another name is the same one', () => {
  expect(repositoryDifference(repository, { ...repository, name: 'acme/other' })).toEqual({
    name: 'acme/other',
    previous: repository.name,
    changes: [],
  });
  expect(repositoryDifference(repository, structuredClone(repository))).toBeUndefined();
});
