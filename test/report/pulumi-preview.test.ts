import { readPulumiPreview } from '../../lib/report/pulumi-preview';

const urn = (type: string, name: string) => `urn:pulumi:prod::shop::stagegate:index:EnvironmentResources$${type}::${name}`;
const deployment = urn('kubernetes:apps/v1:Deployment', 'backend');
const read = (document: unknown) => readPulumiPreview('prod', JSON.stringify(document));

test('changed resources are told with the fields that differ, and what is left alone is counted', () => {
  const preview = read({
    steps: [
      { op: 'same', urn: urn('kubernetes:core/v1:Service', 'backend') },
      {
        op: 'update',
        urn: deployment,
        oldState: { inputs: { spec: { replicas: 3, template: { containers: [{ image: 'a' }] } }, metadata: { labels: { 'a.b/c': 'x' } } } },
        newState: { inputs: { spec: { replicas: 1, template: { containers: [{ image: 'b' }] } }, metadata: { labels: {} } } },
        detailedDiff: {
          'spec.template.containers[0].image': { kind: 'update' },
          'spec.replicas': { kind: 'update' },
          'metadata.labels["a.b/c"]': { kind: 'delete' },
        },
      },
      { op: 'create', urn: urn('kubernetes:core/v1:Namespace', 'a::b') },
      { op: 'read', urn: urn('kubernetes:core/v1:Secret', 'x') },
    ],
    changeSummary: { same: 7, update: 1 },
  });
  expect(preview).toEqual({
    kind: 'previewed',
    stack: 'prod',
    steps: [
      {
        action: 'update',
        type: 'kubernetes:apps/v1:Deployment',
        name: 'backend',
        fields: [
          { path: 'metadata.labels["a.b/c"]', before: 'x' },
          { path: 'spec.replicas', before: 3, after: 1 },
          { path: 'spec.template.containers[0].image', before: 'a', after: 'b' },
        ],
      },
      { action: 'create', type: 'kubernetes:core/v1:Namespace', name: 'a::b', fields: [] },
    ],
    unchanged: 7,
    errors: [],
  });
});

test.each([
  [['create-replacement', 'replace', 'delete-replaced']],
  [['delete-replaced', 'replace', 'create-replacement']],
  [['replace', 'create-replacement']],
])('the steps of a replacement are one: %p', (ops) => {
  const steps = ops.map((op) => ({
    op,
    urn: deployment,
    ...(op === 'replace' && {
      oldState: { inputs: { name: 'a' } },
      newState: { inputs: { name: 'b' } },
      detailedDiff: { name: { kind: 'update-replace' } },
    }),
  }));
  expect(read({ steps })).toMatchObject({
    steps: [{ action: 'replace', name: 'backend', fields: [{ path: 'name', before: 'a', after: 'b' }] }],
  });
});

test('of a secret that is masked as a whole the field within it is one that changes', () => {
  const inputs = { data: '[secret]', metadata: { name: 'token' } };
  const detailedDiff = { 'data.password': { kind: 'update-replace' } };
  const steps = [{ op: 'replace', urn: deployment, oldState: { inputs }, newState: { inputs }, detailedDiff }];
  expect(read({ steps })).toMatchObject({ steps: [{ fields: [{ path: 'data.password', secret: true }] }] });
});

test.each([
  ['masked by Pulumi', '[secret]', '[secret]'],
  ['masked on one side', 'plain', '[secret]'],
  ['within a value', { password: '[secret]' }, { password: '[secret]', more: 1 }],
  ['marked and not masked', { '4dabf18193072939515e22adb298388d': '1b47061264138c4ac30d75fd1eb44270', plaintext: '"hunter2"' }, 'x'],
])('a secret stays one: %s', (_, before, after) => {
  const preview = read({
    steps: [
      {
        op: 'update',
        urn: deployment,
        oldState: { inputs: { value: before } },
        newState: { inputs: { value: after } },
        detailedDiff: { value: {} },
      },
    ],
  });
  expect(preview).toMatchObject({ steps: [{ fields: [{ path: 'value', secret: true }] }] });
  expect(JSON.stringify(preview)).not.toMatch(/plain|hunter2/);
});

test('without a detailed difference the properties that differ are told', () => {
  const preview = read({
    steps: [{ op: 'update', urn: deployment, oldState: { inputs: { a: 1 } }, newState: { inputs: { a: 2 } }, diffReasons: ['a'] }],
  });
  expect(preview).toMatchObject({ steps: [{ fields: [{ path: 'a', before: 1, after: 2 }] }] });
});

test('a preview that failed says so', () => {
  const preview = read({
    diagnostics: [
      { severity: 'error', message: 'no credentials' },
      { severity: 'info', message: 'x' },
    ],
  });
  expect(preview).toEqual({ kind: 'previewed', stack: 'prod', steps: [], unchanged: 0, errors: ['no credentials'] });
});

test.each([
  ['', 'the preview printed nothing'],
  ['error: no stack named prod', 'it is no JSON'],
  ['{"steps": [', 'it is no JSON'],
  [
    '{"sequence":0,"timestamp":1,"preludeEvent":{}}\n{"sequence":1,"resourcePreEvent":{}}',
    'it is a stream of events in place of one document',
  ],
  ['{"sequence":0,"timestamp":1,"preludeEvent":{}}', 'it is a stream of events in place of one document'],
  ['[]', 'it is no preview of Pulumi'],
  ['null', 'it is no preview of Pulumi'],
  ['{"x":1}', 'it is no preview of Pulumi'],
  ['{"steps":{}}', 'its steps are not those of a preview of Pulumi'],
  ['{"steps":[{"op":1}]}', 'its steps are not those of a preview of Pulumi'],
])('what cannot be read is told with the reason: %s', (text, why) => {
  expect(readPulumiPreview('prod', text)).toEqual({ kind: 'unreadable', stack: 'prod', why });
});
