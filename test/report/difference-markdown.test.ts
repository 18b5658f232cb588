import fc from 'fast-check';
import type { Difference } from '../../lib/diff/difference';
import { differenceMarkdown, failedMarkdown, type MarkdownOptions } from '../../lib/report/difference-markdown';
import type { StackPreview } from '../../lib/report/pulumi-preview';
import { stepSummary } from '../../lib/report/step-summary';
import { ATTACKS } from './attacks';
import { anyDifference, BASE, changeOf, differenceOf, environmentOf, HEAD, largeDifference } from './differences';
import { obeyed, shown } from './shown';

const tool = '1.2.3';
const markdown = (difference: Difference, options: Partial<MarkdownOptions> = {}): string => {
  const parts = differenceMarkdown(difference, { tool, ...options });
  expect(parts).toHaveLength(1);
  return parts[0] ?? '';
};

describe('the comment of a small change', () => {
  const risky = changeOf({ meanings: [{ weight: 'risk', text: 'replicas 3 → 1: the disruption budget no longer holds' }] });
  const text = markdown(differenceOf({ environments: [environmentOf('prod', [risky])] }));

  test('says first which commits are compared, and what it comes to', () => {
    expect(text.split('\n\n').slice(0, 2)).toEqual([
      '<b>stagegate</b> · `main` 9c31f0a → `less-replicas` 4f2a1c8',
      '⚠ <b>1 risk</b> · 1 object changes in 1 environment',
    ]);
  });

  test('has a row for each environment: counts, and what the changes mean, risks bold', () => {
    expect(text).toContain('| prod | ~1 | backend: <b>replicas 3 → 1: the disruption budget no longer holds</b> |');
  });

  test('folds each environment, and shows each object field by field', () => {
    expect(text).toContain('<details>\n<summary>⚠ <b>prod</b> (production): 1 object, ~1</summary>');
    expect(text).toContain('⚠ changed <b>Deployment</b> `backend`: <b>replicas 3');
    expect(text).toContain('```diff\n- spec.replicas: 3\n+ spec.replicas: 1\n```');
  });

  test('links commits, run and artifact where addresses are given, and nothing that is no address', () => {
    const linked = markdown(differenceOf({ environments: [environmentOf('prod', [risky])] }), {
      repositoryUrl: 'https://github.com/acme/shop',
      runUrl: 'https://github.com/acme/shop/actions/runs/7',
      wholeUrl: 'javascript:alert(1)',
    });
    expect(shown(linked).links).toEqual([
      `https://github.com/acme/shop/commit/${BASE}`,
      `https://github.com/acme/shop/commit/${HEAD}`,
      'https://github.com/acme/shop/actions/runs/7',
    ]);
    expect(linked).toContain('stagegate 1.2.3</sub>');
  });
});

describe('what is shown of an object', () => {
  const fieldsOf = (...fields: Parameters<typeof changeOf>[0][]): string =>
    markdown(differenceOf({ environments: [environmentOf('prod', fields.map(changeOf))] }));

  test('of a secret the path alone', () => {
    const text = fieldsOf({ kind: 'Secret', fields: [{ path: 'data.PASSWORD', secret: true }] });
    expect(text).toContain('! data.PASSWORD: a secret changes, which is not shown');
  });

  test('of a text of several lines those that differ, with some around them', () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const after = before.map((line) => (line === 'line 15' ? 'another' : line));
    const text = fieldsOf({ fields: [{ path: 'data.config', before: before.join('\n'), after: after.join('\n') }] });
    expect(text).toContain('    line 14\n-   line 15\n+   another\n    line 16');
    expect(text).toContain('… 11 unchanged lines');
    expect(text).not.toContain('line 3\n');
  });

  test('a number that becomes a text of the same sign is seen to differ, and so is the last line break', () => {
    const text = fieldsOf({
      fields: [
        { path: 'a', before: 1, after: '1' },
        { path: 'b', before: 'x\n', after: 'x' },
      ],
    });
    expect(text).toContain('- a: 1\n+ a: "1"\n- b: "x\\n"\n+ b: x');
  });

  test('of a long value the part that differs', () => {
    const start = 'a'.repeat(1_000);
    const text = fieldsOf({ fields: [{ path: 'data.key', before: `${start}OLD`, after: `${start}NEW` }] });
    expect(text).toMatch(/^- data\.key: …a+OLD$/m);
    expect(text).toMatch(/^\+ data\.key: …a+NEW$/m);
  });

  test('of one that is replaced why, and of one that is renamed what it was called', () => {
    const text = fieldsOf(
      { action: 'replace', immutable: ['spec.selector'], fields: [{ path: 'spec.selector.app', before: 'a', after: 'b' }] },
      { action: 'rename', kind: 'Service', name: 'new', previous: { name: 'old', namespace: 'prod' }, fields: [] },
    );
    expect(text).toContain('replaced <b>Deployment</b> `backend`: `spec.selector` cannot change in place');
    expect(text).toContain('- renamed <b>Service</b> `old` → `new`');
    expect(text).toContain('| prod | →1 ±1 | backend: replaced Deployment; renamed Service |');
    expect(text).toContain('<sub>→ renamed, ± replaced · ');
  });

  test('of a field that follows another change what it follows, and nothing of it in the table', () => {
    const text = fieldsOf({
      fields: [
        { path: 'spec.template.spec.containers[backend].image', before: 'a', after: 'b' },
        {
          path: 'spec.volumes[config].configMap.name',
          before: 'config-1',
          after: 'config-2',
          follows: 'the content of ConfigMap config-2',
        },
      ],
    });
    expect(text).toContain('  spec.volumes[config].configMap.name: follows the content of ConfigMap config-2\n');
    expect(text).toContain('| prod | ~1 | backend: image changed |');
  });

  test.each([
    ['spec.template.spec.containers[backend].image', 'image'],
    ['spec.template.spec.containers[backend].env[LOG_LEVEL].value', 'LOG_LEVEL'],
    ['data["config.yaml"]', 'config.yaml'],
    ['metadata.labels["app.kubernetes.io/name"]', 'app.kubernetes.io/name'],
    ['spec.containers[backend].args[2 → 3]', 'args'],
    ['spec.rules[order]', 'rules'],
    ['kind', 'kind'],
    ['spec.issuerRef.name', 'issuerRef.name'],
  ])('the table calls %s %s', (path, name) => {
    expect(fieldsOf({ fields: [{ path, before: 1, after: 2 }] })).toContain(`| prod | ~1 | backend: ${name} changed |`);
  });

  test('of an environment that has become another one what it was', () => {
    const previous = { name: 'stage', tier: 'staging' as const, lifecycle: 'active' as const };
    const text = markdown(differenceOf({ environments: [environmentOf('prod', [changeOf()], { previous })] }));
    expect(text).toContain('| prod | ~1 | <b>stage → prod</b>; <b>staging → production</b><br>backend: replicas changed |');
  });

  test('of a service that was renamed that it was, once, and of its objects their names, without what follows', () => {
    const renamed = { action: 'rename' as const, service: 'web', name: 'web', previous: { name: 'frontend', service: 'frontend' } };
    const fields = [{ path: 'spec.selector.app', before: 'frontend', after: 'web', follows: 'the name web in place of frontend' }];
    const text = fieldsOf({ ...renamed, fields }, { ...renamed, kind: 'Service', fields });
    expect(text).toContain('| prod | →2 | web (was frontend) |');
    expect(text).toContain('- renamed <b>Deployment</b> `frontend` → `web`\n- renamed <b>Service</b> `frontend` → `web`\n');
    expect(text).not.toContain('selector');
  });

  test('of an object that goes to another service under its name where it was', () => {
    expect(fieldsOf({ previous: { name: 'backend', service: 'old' } })).toContain('`backend`: was of service `old`');
    expect(fieldsOf({ previous: { name: 'backend', service: 'backend' } })).not.toContain('was of service');
  });

  test('of a whole environment what is in it, and not each object as text', () => {
    const object = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'backend' } };
    const created = changeOf({
      action: 'create',
      kind: 'Service',
      fields: [],
      object,
      meanings: [{ weight: 'note', text: 'a.example.com is served' }],
    });
    const made = markdown(differenceOf({ environments: [environmentOf('qa', [created], { action: 'create' })] }));
    expect(made).toContain('| qa | +1 | new environment with backend<br>a.example.com is served |');
    expect(made).toContain('- created <b>Service</b> `backend`: a.example.com is served\n');
    expect(made).not.toContain('apiVersion');
    const removed = changeOf({ action: 'delete', kind: 'Service', fields: [], object });
    expect(markdown(differenceOf({ environments: [environmentOf('qa', [removed], { action: 'delete' })] }))).toContain(
      '| qa | −1 | <b>environment removed with backend</b> |',
    );
  });

  test('objects of one kind that change alike are told once', () => {
    const alike = Array.from({ length: 9 }, (_, index) => ({
      name: `app-${index}`,
      fields: [{ path: 'metadata.labels.team', after: 'x' }],
    }));
    const text = fieldsOf(...alike);
    expect(text).toContain('changed <b>Deployment</b> `app-0`, `app-1`, `app-2`, `app-3`, `app-4`, `app-5` and 3 more\n');
    expect(text.match(/metadata\.labels\.team/g)).toHaveLength(1);
  });

  test('a namespace is named where it is another than that of the rest', () => {
    const text = fieldsOf(
      { name: 'a' },
      { name: 'b', fields: [{ path: 'x', after: 1 }] },
      { kind: 'Application', namespace: 'argocd', name: 'prod' },
    );
    expect(text).toContain('<b>Application</b> `argocd/prod`');
    expect(text).toContain('<b>Deployment</b> `a`');
  });
});

describe('policy', () => {
  test('that is weaker is flagged, with what was demanded, what enforced it, and what is possible now', () => {
    const text = markdown(
      differenceOf({
        policy: [
          { subject: 'main of acme/shop', direction: 'stronger', before: '1 approval', after: '2 approvals' },
          {
            subject: 'preprod → prod',
            direction: 'weaker',
            before: '1 approval',
            enforcedBefore: 'stagegate/gates on env/prod',
            possibleNow: ['developer pushes to develop', 'prod runs it; nobody approved'],
          },
        ],
      }),
    );
    expect(text).toContain('⚠ <b>policy weaker</b>');
    expect(text).toContain(
      [
        '⚠ <b>Policy weaker</b>: `preprod → prod`: 1 approval → <b>nothing demanded</b>',
        '',
        'Until now enforced by stagegate/gates on env/prod; now by nothing.',
        '',
        'Possible now, impossible before:',
        '',
        '1. developer pushes to develop',
        '2. prod runs it; nobody approved',
        '',
        'Policy stronger: `main of acme/shop`: 1 approval → <b>2 approvals</b>',
      ].join('\n'),
    );
  });

  test('that is only stronger raises no alarm', () => {
    const text = markdown(differenceOf({ policy: [{ subject: 'x', direction: 'stronger', after: '2 approvals' }] }));
    expect(text).toContain('policy stronger');
    expect(text).not.toContain('⚠');
  });

  test('that changes in very many places is counted where there is no room', () => {
    const policy = Array.from({ length: 500 }, (_, index) => ({
      subject: `edge ${index}`,
      direction: 'weaker' as const,
      before: '2 approvals',
      possibleNow: ['a'.repeat(300)],
    }));
    const text = markdown(differenceOf({ policy }));
    expect(text).toContain('⚠ <b>policy weaker</b> in 500 places');
    expect(text).toMatch(/⚠ \d+ more policy changes are not shown here, \d+ of them weaker/);
  });
});

describe('stacks of Pulumi', () => {
  const previewed: StackPreview = {
    kind: 'previewed',
    stack: 'prod',
    steps: [
      { action: 'create', type: 'kubernetes:core/v1:Namespace', name: 'prod', fields: [] },
      {
        action: 'replace',
        type: 'github:index/repositoryRuleset:RepositoryRuleset',
        name: 'env',
        fields: [{ path: 'name', before: 'a', after: 'b' }],
      },
    ],
    unchanged: 12,
    errors: [],
  };

  test('have a table and folds of their own, replacements flagged', () => {
    const text = markdown(differenceOf(), { stacks: [previewed] });
    expect(text).toContain('2 Pulumi resources change');
    expect(text).toContain('| prod | +1 ±1 | ⚠ replaced RepositoryRuleset env, created Namespace prod |');
    expect(text).toContain('⚠ replaced <b>RepositoryRuleset</b> `env`');
    expect(text).toContain('12 resources unchanged');
  });

  test('that could not be previewed are named with the reason', () => {
    const text = markdown(differenceOf(), { stacks: [{ kind: 'unreadable', stack: 'prod', why: 'it is no JSON' }] });
    expect(text).toContain('| prod | | <b>the preview could not be read: it is no JSON</b> |');
  });
});

describe('nothing', () => {
  test('is said in one line', () => {
    expect(markdown(differenceOf())).toBe('<b>stagegate</b> · nothing changes · `main` 9c31f0a → `less-replicas` 4f2a1c8');
  });

  test('is not said when something could not be compared', () => {
    const text = markdown(differenceOf({ notCompared: [{ what: 'prod', why: 'a slot has no value' }] }));
    expect(text).toContain('Nothing changes in what could be compared.');
    expect(text).toContain('- not compared: prod: a slot has no value');
  });
});

test('where the whole is to be had is said by a link, else by a command', () => {
  const difference = differenceOf({ environments: [environmentOf('prod', [changeOf()])] });
  const wholeCommand = 'stagegate diff --json --base 9c31f0a';
  expect(markdown(difference, { wholeCommand })).toContain(' · whole difference: `stagegate diff --json --base 9c31f0a` · stagegate 1.2.3');
  const linked = markdown(difference, { wholeCommand, wholeUrl: 'https://example.com/run#artifacts' });
  expect(linked).toContain(' · [whole difference](https://example.com/run#artifacts) · ');
  expect(linked).not.toContain(wholeCommand);
});

describe('the limit', () => {
  const large = largeDifference(3_000);

  test('holds for 3,000 changed objects, which are written in under five seconds', () => {
    const before = performance.now();
    const text = markdown(large);
    expect(performance.now() - before).toBeLessThan(5_000);
    expect(text.length).toBeLessThanOrEqual(60_000);
    expect(text.length).toBeGreaterThan(45_000);
    expect(text).toContain('⚠ <b>9 risks</b> · 3,000 objects change in 3 environments');
    // All risks are shown, and every environment has some of its objects.
    expect(text.match(/^⚠ changed/gm)).toHaveLength(9);
    expect(text.match(/of 1,000 objects shown/g)).toHaveLength(3);
  });

  test('is kept by less detail before anything is left out', () => {
    const changes = Array.from({ length: 60 }, (_, index) => ({
      action: 'create' as const,
      name: `map-${index}`,
      kind: 'ConfigMap',
      fields: [],
      object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `map-${index}` }, data: { text: 'line\n'.repeat(100) } },
    }));
    const few = markdown(differenceOf({ environments: [environmentOf('dev', changes.slice(0, 2).map(changeOf))] }));
    expect(few).toContain('+     line');
    const many = markdown(differenceOf({ environments: [environmentOf('dev', changes.map(changeOf))] }));
    expect(many).toContain('- created <b>ConfigMap</b> `map-0`, `map-1`');
    expect(many).not.toContain('objects shown');
  });

  test('lets details go on in further parts where they are allowed', () => {
    const parts = differenceMarkdown(large, { tool, parts: 4 });
    expect(parts).toHaveLength(4);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(60_000);
    expect(parts[1]).toMatch(/^<b>stagegate<\/b> · .* · continued\n\n<details>/);
    expect(differenceMarkdown(differenceOf({ environments: [environmentOf('dev', [changeOf()])] }), { tool, parts: 4 })).toHaveLength(1);
  });

  test('of a step summary is kept as well, and lets more in', () => {
    const summary = stepSummary(large, { tool });
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary.length).toBeGreaterThan(200_000);
  });
});

describe('whatever is compared', () => {
  const texts = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...Object.values(ATTACKS)) },
    { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        '|'.repeat(3_000),
        '`'.repeat(500),
        '\u202e'.repeat(800),
        '@'.repeat(2_000),
        'line\n'.repeat(400),
        '&'.repeat(900),
      ),
    },
  );
  const allowed = new Set([
    'p',
    'b',
    'i',
    'sub',
    'code',
    'pre',
    'details',
    'summary',
    'table',
    'thead',
    'tbody',
    'tr',
    'th',
    'td',
    'br',
    'ul',
    'ol',
    'li',
  ]);

  function expectSound(parts: readonly string[], size: number): void {
    for (const part of parts) {
      expect(part.length).toBeLessThanOrEqual(size);
      const { elements, unbalanced, links, comments } = shown(part);
      expect({ unbalanced, links, comments }).toEqual({ unbalanced: [], links: [], comments: [] });
      expect(elements.filter((name) => !allowed.has(name))).toEqual([]);
      for (const row of part.split('\n').filter((line) => line.startsWith('| '))) expect(row.match(/\|/g)).toHaveLength(4);
      expect((part.match(/^`{3,}/gm) ?? []).length % 2).toBe(0);
      expect(obeyed(part)).toEqual([]);
    }
  }

  test('each part keeps to its size, closes what it opens, and links and notifies nobody', () => {
    fc.assert(
      fc.property(anyDifference(texts), fc.integer({ min: 1, max: 3 }), (difference, parts) => {
        expectSound(differenceMarkdown(difference, { tool, size: 20_000, parts }), 20_000);
      }),
      { numRuns: 60 },
    );
  });

  test('so do a comparison that failed and what is remarked on', () => {
    for (const attack of Object.values(ATTACKS)) {
      const [remarks, repositoryUrl, runUrl] = [Array.from({ length: 7 }, () => attack), attack, `javascript:${attack}`];
      expectSound([failedMarkdown({ name: attack, commit: attack }, { repositoryUrl, runUrl })], 20_000);
      expectSound(differenceMarkdown(differenceOf(), { tool, remarks }), 20_000);
      const environments = [environmentOf('prod', [changeOf()])];
      expectSound(differenceMarkdown(differenceOf({ environments }), { tool, remarks, size: 20_000 }), 20_000);
    }
  });

  test('so does a large difference in which every text is hostile', () => {
    for (const [name, attack] of [...Object.entries(ATTACKS), ['long', '`|@<&\u202e\n'.repeat(2_000)] as const]) {
      const changes = Array.from({ length: 40 }, (_, index) =>
        changeOf({
          name: `${attack}${index}`,
          kind: attack,
          namespace: attack,
          service: `${attack}${index}`,
          fields: [{ path: attack, before: `${index}${attack}`, after: `${attack}${index}` }],
          unexplained: [attack],
          meanings: [{ weight: index % 2 === 0 ? 'risk' : 'note', text: attack }],
        }),
      );
      const environments = [
        environmentOf(`${attack}${name}`, changes, {
          blast: { ...environmentOf('x', []).blast, services: [attack], hosts: [attack], formerHosts: [attack] },
        }),
      ];
      const policy = [
        {
          subject: attack,
          direction: 'weaker' as const,
          before: attack,
          after: attack,
          enforcedBefore: attack,
          possibleNow: [attack, attack],
        },
        {
          subject: attack,
          direction: 'weaker' as const,
          before: Array.from({ length: 3 }, () => `${attack.replaceAll(/[ ,]/g, '')} owned by ${attack}`).join(', '),
          after: Array.from({ length: 3 }, () => `${attack.replaceAll(/[ ,]/g, '')} owned by nobody`).join(', '),
          enforcedAfter: `${attack} by app ${attack}, required on ${attack} by "${attack}"`,
          possibleNow: [`4f2a1c ${attack}`],
        },
      ];
      const repositories = [
        {
          name: attack,
          changes: [{ action: 'update' as const, kind: 'file' as const, name: attack, fields: [{ path: attack, after: attack }] }],
        },
      ];
      const stacks: StackPreview[] = [
        {
          kind: 'previewed',
          stack: attack,
          steps: [{ action: 'delete', type: attack, name: attack, fields: [] }],
          unchanged: 1,
          errors: [attack],
        },
        { kind: 'unreadable', stack: attack, why: attack },
      ];
      const created = environmentOf(attack, [changeOf({ action: 'create', meanings: [] })], { action: 'create', ways: [attack] });
      const head = { name: attack, commit: attack };
      expectSound(
        differenceMarkdown(differenceOf({ head, environments: [...environments, created], policy, repositories }), {
          tool: attack,
          stacks,
          wholeCommand: attack,
          runUrl: `javascript:${attack}`,
        }),
        60_000,
      );
    }
  });
});
