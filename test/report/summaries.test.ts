import { differenceText } from '../../lib/cli/diff-text';
import type { Difference, PolicyChange } from '../../lib/diff/difference';
import { differenceMarkdown } from '../../lib/report/difference-markdown';
import { environmentSummaries } from '../../lib/report/environment-summary';
import { policySummaries } from '../../lib/report/policy-summary';
import { changeOf, differenceOf, environmentOf } from './differences';

const text = (difference: Difference): string => differenceText({ colour: false }, difference);
const markdown = (difference: Difference): string => differenceMarkdown(difference, { tool: '1.2.3' }).join('\n');
/** What both say of environments: clauses, without what only one of them writes. */
const itemsOf = (...environments: Difference['environments']): string[] =>
  environmentSummaries(environments).flatMap(({ items }) =>
    items.map(({ subjects, clauses, left }) => {
      const told = clauses.map(({ weight, text: clause }) => `${weight === 'risk' ? '! ' : ''}${clause}`).join('; ');
      return `${subjects.join(', ')}: ${told}${left === 0 ? '' : ` (${left} more)`}`;
    }),
  );

describe('what changes in an environment', () => {
  const image = { weight: 'note' as const, text: 'image aaaaaaa → bbbbbbb' };

  test('is a known meaning and every other field that differs', () => {
    const args = 'spec.template.spec.containers[backend].args[2 → 3]';
    const change = changeOf({
      fields: [
        { path: args, before: 'a', after: 'b' },
        { path: 'spec.template.spec.containers[backend].image', before: 'a', after: 'b' },
      ],
      meanings: [image],
      unexplained: [args],
    });
    expect(itemsOf(environmentOf('prod', [change]))).toEqual(['backend: image aaaaaaa → bbbbbbb; args changed']);
  });

  test('is counted where there is more than a reader takes in, and never without its risks', () => {
    const fields = Array.from({ length: 9 }, (_, index) => ({ path: `data.KEY_${index}`, after: 'x' }));
    const risk = { weight: 'risk' as const, text: 'no pod is left' };
    const changes = [changeOf({ kind: 'ConfigMap', fields }), changeOf({ fields: [], meanings: [image, risk] })];
    expect(itemsOf(environmentOf('prod', changes))).toEqual([
      'backend: ! no pod is left; image aaaaaaa → bbbbbbb; KEY_0 added; KEY_1 added (7 more)',
    ]);
  });

  test('is said once of services of which the same is said, and apart what is said of one', () => {
    const gone = { weight: 'risk' as const, text: 'a.io is no longer served' };
    const ingress = (service: string) => changeOf({ kind: 'Ingress', service, name: service, fields: [], meanings: [gone] });
    const changes = [ingress('backend'), ingress('frontend'), changeOf({ fields: [], meanings: [image] })];
    expect(itemsOf(environmentOf('prod', changes))).toEqual([
      'backend, frontend: ! a.io is no longer served',
      'backend: image aaaaaaa → bbbbbbb',
    ]);
    expect(markdown(differenceOf({ environments: [environmentOf('prod', changes)] }))).toContain('⚠ <b>1 risk</b>');
  });

  test('is said once of environments of which the same is said, with the counts of each', () => {
    const [one, two] = [changeOf(), changeOf({ kind: 'NetworkPolicy', fields: [] })];
    const rows = markdown(differenceOf({ environments: [environmentOf('dev', [one]), environmentOf('prod', [one, two])] }));
    expect(rows).toContain('| dev, prod | ~1, ~2 | backend: replicas changed |');
    const alike = differenceOf({ environments: [environmentOf('dev', [one]), environmentOf('prod', [one])] });
    expect(markdown(alike)).toContain('| dev, prod | ~1 each | backend: replicas changed |');
    expect(text(alike)).toContain('\ndev, prod    ~1 each  backend: replicas changed\n');
  });

  test('names of what came from another service that goes on only what came, and a service that was renamed with what it was', () => {
    const moved = changeOf({ kind: 'ConfigMap', fields: [], previous: { name: 'backend', service: 'old' } });
    expect(itemsOf(environmentOf('prod', [moved, changeOf()]))).toEqual(['backend: ConfigMap was of old; replicas changed']);
    const renamed = changeOf({ action: 'rename', service: 'web', fields: [], previous: { name: 'backend', service: 'backend' } });
    expect(itemsOf(environmentOf('prod', [renamed]))).toEqual(['web (was backend): ']);
  });

  test('says of numbers of pods that they are those of a rollout, above the fold', () => {
    const resources = (pods: number) => ({ pods, requests: { cpu: pods * 100, memory: pods * 2 ** 27 }, limits: {} });
    const blast = { services: ['backend'], hosts: ['b.io'], formerHosts: ['a.io'], before: resources(7), after: resources(5) };
    const difference = differenceOf({ environments: [environmentOf('prod', [changeOf()], { blast })] });
    const told = 'all pods together, at most while rolling out: 7 → 5 pods, 700m → 500m CPU, 896Mi → 640Mi memory';
    expect(markdown(difference)).toContain(`backend: replicas changed<br>${told} |`);
    expect(markdown(difference)).toContain('touches `backend` · serves `b.io` · no longer serves `a.io`');
    expect(text(difference)).toContain(`\n                      ${told}\n`);
    expect(text(difference)).toContain('\nprod  serves b.io, no longer serves a.io\n');
  });

  test('says of a new environment how releases come into it', () => {
    const environment = environmentOf('qa', [changeOf({ action: 'create', fields: [] })], {
      action: 'create',
      ways: ['from dev: healthy in dev'],
    });
    expect(itemsOf(environment)).toEqual([': new environment with backend; releases come from dev: healthy in dev']);
  });

  test('is told by a terminal as by a comment', () => {
    const fields = [
      { path: 'spec.issuerRef.name', before: 'a', after: 'b' },
      { path: 'spec.rules[order]', before: ['a', 'b'], after: ['b', 'a'] },
      { path: 'spec.hosts[a.io]', before: 'a.io' },
      { path: 'spec.env[LEVEL].value', after: 'x' },
    ];
    const environments = [environmentOf('prod', [changeOf({ service: undefined, kind: 'Thing', name: 'x', fields })])];
    const told = 'Thing x: issuerRef.name changed; rules changed; hosts changed; LEVEL added';
    expect(text(differenceOf({ environments }))).toContain(`prod         ~1       ${told}\n`);
    expect(markdown(differenceOf({ environments }))).toContain(`| prod | ~1 | ${told} |`);
  });
});

describe('a change of policy', () => {
  const [summary, ...others] = policySummaries([
    {
      subject: 'main of acme/shop',
      direction: 'weaker',
      before: 'review by code owners, /a owned by engineers, /b owned by engineers, /c owned by engineers and security',
      after: 'no review by code owners, /a owned by nobody, /b owned by nobody, /c owned by security',
      enforcedBefore: '"main"; stagegate/policy by app stagegate, required on main by "main" and "all"; CODEOWNERS',
      enforcedAfter: 'stagegate/policy by app stagegate, required on main by "main" and "all"',
    },
    { subject: 'preprod → prod', direction: 'weaker', before: '1 approval including engineers', after: 'no approval' },
  ]);
  const enforced = (enforcedBefore: string | undefined, enforcedAfter: string | undefined): string | undefined =>
    policySummaries([{ subject: 'x', direction: 'changed', enforcedBefore, enforcedAfter } as PolicyChange])[0]?.sentences[0];

  test('tells demands that differ in what they are of alone once', () => {
    expect(summary?.demands).toEqual([
      { of: [], before: 'review by code owners', after: 'no review by code owners' },
      { of: ['/a', '/b'], before: 'owned by engineers', after: 'owned by nobody' },
      { of: [], before: '/c owned by engineers and security', after: '/c owned by security' },
    ]);
  });

  test('says what enforces it, what does no longer, and what does only now', () => {
    expect(summary?.sentences[0]).toBe(
      'Enforced by check stagegate/policy of app stagegate, which rulesets "main" and "all" require on main; no longer by ruleset "main" and CODEOWNERS.',
    );
    expect(enforced('"a"', undefined)).toBe('Until now enforced by ruleset "a"; now by nothing.');
    expect(enforced(undefined, '"a"')).toBe('Enforced by ruleset "a"; until now by nothing.');
    expect(enforced('"a"', '"b"')).toBe('Enforced by ruleset "b"; until now by ruleset "a".');
    expect(enforced('"a"', '"a"; "b"')).toBe('Enforced by ruleset "a"; only now by ruleset "b".');
    expect(enforced('"a"', '"a"')).toBe('Enforced by ruleset "a".');
    expect(enforced(undefined, undefined)).toBeUndefined();
  });

  test('names the change that it follows from where owners of files no longer approve for production, and none otherwise', () => {
    expect(summary?.sentences[1]).toMatch(/^This follows from preprod → prod: whoever has to approve for production also /);
    expect(others[0]?.sentences).toEqual([]);
    const alone = { subject: 'main', direction: 'weaker' as const, before: '/a owned by engineers', after: '/a owned by nobody' };
    expect(policySummaries([alone])[0]?.sentences).toEqual([]);
  });

  test('says of the commits of a sequence that they are made up', () => {
    const possible = (...possibleNow: string[]) => policySummaries([{ subject: 'x', direction: 'weaker', possibleNow }])[0]?.standIns;
    expect(possible('developer pushes 4f2a1c to develop')).toBe('4f2a1c stands for any commit');
    expect(possible('8b03d7 and 4f2a1c')).toBe('4f2a1c and 8b03d7 stand for any commits');
    expect(possible('developer approves it')).toBeUndefined();
  });

  test('is told by a terminal in lines that can be read', () => {
    const before = Array.from({ length: 8 }, (_, index) => `/file-${index} owned by engineers`).join(', ');
    const shown = text(
      differenceOf({
        policy: [
          { subject: 'main', direction: 'weaker', before, after: before.replaceAll('engineers', 'nobody'), enforcedBefore: 'CODEOWNERS' },
        ],
      }),
    );
    expect(shown).toContain(
      'policy weaker  main\n  /file-0, /file-1, /file-2, /file-3 and 4 more: owned by engineers → owned by nobody\n  Until now enforced by CODEOWNERS; now by nothing.',
    );
  });
});

test('the legend explains the signs that are shown, whatever they are of', () => {
  const repositories = [
    {
      name: 'acme/shop',
      changes: [
        { action: 'delete' as const, kind: 'file' as const, name: 'CODEOWNERS', fields: [] },
        { action: 'update' as const, kind: 'ruleset' as const, name: 'main', fields: [] },
      ],
    },
  ];
  expect(markdown(differenceOf({ repositories }))).toContain('<sub>~ changed, − deleted · stagegate');
  expect(markdown(differenceOf({ repositories }))).toContain('| acme/shop | ~1 −1 | file `CODEOWNERS` deleted, ruleset `main` |');
});
