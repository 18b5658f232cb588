import { withoutSecrets } from '../../lib/report/without-secrets';
import { changeOf, differenceOf, environmentOf } from './differences';

const token = `ghp_${'a1B2'.repeat(9)}`;

test('a value in a format of credentials is gone, wherever it stands', () => {
  const cleaned = withoutSecrets(
    differenceOf({
      environments: [
        environmentOf('prod', [
          changeOf({ fields: [{ path: 'x', after: { y: [`Bearer ${token}`] } }], meanings: [{ weight: 'note', text: `now ${token}` }] }),
        ]),
      ],
      policy: [{ subject: token, direction: 'weaker', possibleNow: [`push ${token}`] }],
    }),
  );
  expect(JSON.stringify(cleaned)).not.toContain(token);
  expect(cleaned.environments[0]?.changes[0]?.fields).toEqual([{ path: 'x', after: { y: ['[secret]'] } }]);
});

test('a variable or data key whose name says that it is secret keeps its name alone', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x' },
    data: { DB_PASSWORD: 'hunter22', LEVEL: 'info' },
    spec: {
      env: [
        { name: 'API_TOKEN', value: 'abc123' },
        { name: 'TOKEN_URL', value: 'https://x' },
      ],
    },
  };
  const cleaned = withoutSecrets(
    differenceOf({
      environments: [
        environmentOf('prod', [
          changeOf({
            fields: [
              { path: 'spec.containers[app].env[DB_PASSWORD].value', before: 'hunter22', after: 'hunter23' },
              { path: 'data.SIGNING_KEY', after: 'abc' },
              { path: 'data.LEVEL', after: 'info' },
            ],
          }),
          changeOf({ action: 'create', fields: [], object }),
        ]),
      ],
    }),
  );
  expect(JSON.stringify(cleaned)).not.toMatch(/hunter2|abc/);
  expect(cleaned.environments[0]?.changes[0]?.fields).toEqual([
    { path: 'spec.containers[app].env[DB_PASSWORD].value', secret: true },
    { path: 'data.SIGNING_KEY', secret: true },
    { path: 'data.LEVEL', after: 'info' },
  ]);
  expect(cleaned.environments[0]?.changes[1]?.object).toMatchObject({
    data: { DB_PASSWORD: '[secret]', LEVEL: 'info' },
    spec: {
      env: [
        { name: 'API_TOKEN', value: '[secret]' },
        { name: 'TOKEN_URL', value: 'https://x' },
      ],
    },
  });
});

test('what is known to be a secret is gone, and short texts are not taken for one', () => {
  const difference = differenceOf({ notCompared: [{ what: 'a', why: 'token-of-this-run was refused' }] });
  expect(withoutSecrets(difference, ['token-of-this-run', 'a']).notCompared).toEqual([{ what: 'a', why: '[secret]' }]);
});

test('what holds no secret stays as it is', () => {
  const difference = differenceOf({ environments: [environmentOf('prod', [changeOf()])] });
  expect(withoutSecrets(difference)).toEqual(difference);
});
