import fc from 'fast-check';
import { namesSecret, trySecret, trySecretFormat, trySecretInScript, withoutSecretsInText } from '../../lib/values/secret-material';

test.each([
  'PASSWORD',
  'DB_PASSWORD',
  'dbPassword',
  'api-token',
  'API_KEY',
  'apiKey',
  'SIGNING_KEY',
  'CLIENT_SECRET',
  'AWS_CREDENTIALS',
  'PASSWORD2',
  'SESSION_KEY',
])('%s names a secret', (name) => {
  expect(namesSecret(name)).toBe(true);
});

test.each([
  'PASSWORD_FILE',
  'TOKEN_URL',
  'SECRET_NAME',
  'PUBLIC_KEY',
  'KEYBOARD',
  'MONKEY',
  'TOKENIZER',
  'SECRETARY',
  'PASSWORD_MIN_LENGTH',
])('%s names no secret', (name) => {
  expect(namesSecret(name)).toBe(false);
});

test.each([
  ['a private key', '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaA\n-----END OPENSSH PRIVATE KEY-----'],
  ['a private key', '-----BEGIN PRIVATE KEY-----\nMIIE\n'],
  ['a GitHub token', `github_pat_${'a'.repeat(30)}`],
  ['a GitHub token', `ghs_${'A1b2'.repeat(9)}`],
  ['an AWS access key', 'AKIAABCDEFGHIJKLMNOP'],
  ['a Slack token', 'xoxb-1234567890-abcdef'],
  ['a JSON Web Token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N'],
  ['a GitLab token', 'glpat-abcdefghijklmnopqrst'],
  ['an npm token', `npm_${'a1'.repeat(18)}`],
  ['a Google API key', `AIza${'a'.repeat(35)}`],
  ['a Stripe key', `sk_live_${'a1'.repeat(10)}`],
  ['a password in an address', 'postgres://shop:hunter2@db.data:5432/shop'],
])('%s is recognised by its format', (reason, text) => {
  expect(trySecretFormat(`before ${text}`)?.reason).toBe(reason);
});

test.each([
  'https://shop.example.com/a:b',
  'postgres://db.data:5432/shop',
  'postgres://$USER:$PASSWORD@db.data/shop',
  'user@example.com',
  'ghp_short',
  'eyJ',
])('%s has no format of a secret', (text) => {
  expect(trySecretFormat(text)).toBeUndefined();
});

test.each([
  ['SEED', 'q7Zr0vXn2Lk9TbWy4GsJ8dHf5MpQc3', true],
  ['SEED', '9f86d081884c7d659a2feaa0c55ad015', true],
  ['GIT_SHA', '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', false],
  ['IMAGE', `ghcr.io/acme/api@sha256:${'9f86d081884c7d65'.repeat(4)}`, false],
  ['TENANT', '123e4567-e89b-12d3-a456-426614174000', false],
  ['FEATURES', 'checkoutFlowVersionTwo,searchSuggestions', false],
  ['CLASS', 'com.example.payments.PaymentServiceFactoryBeanImpl', false],
  ['PADDING', '0'.repeat(64), false],
])('randomness of %s=%s is a secret: %s', (name, value, expected) => {
  expect(trySecret(name, value) !== undefined).toBe(expected);
});

test.each([
  '',
  'true',
  `$${'{{ secrets.TOKEN }}'}`,
  '{{slot:app/delivery}}',
  '$(TOKEN)',
  '$TOKEN',
  '/run/secrets/token',
  'https://vault.example.com/v1',
])('TOKEN=%s refers to a secret or switches something', (value) => {
  expect(trySecret('TOKEN', value)).toBeUndefined();
});

test('a script is searched for assignments, not for words', () => {
  expect(trySecretInScript('echo "no password given"; export TOKEN=$(cat token)')).toBeUndefined();
  expect(trySecretInScript('git push --token $TOKEN && make token')).toBeUndefined();
  expect(trySecretInScript("export DB_PASSWORD='hunter22'")).toMatchObject({ name: 'DB_PASSWORD', reason: 'its name' });
});

test('no sign tells more of a secret than its length', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12 }), (value) => {
      const sign = trySecret('API_TOKEN', value);
      return sign === undefined || !JSON.stringify(sign).includes(value);
    }),
  );
});

test.each([
  ['SORT_KEY', 'created_at', false],
  ['ROUTING_KEY', 'orders.v2', false],
  ['CACHE_KEY', 'products:v10', false],
  ['KEY', 'a8f5f167f44f4964', true],
  ['API_KEY', 'orders.v2', true],
])('%s=%s is a secret: %s', (name, value, expected) => {
  expect(trySecret(name, value) !== undefined).toBe(expected);
});

test.each([
  ['takes manifests from https://me:hunter2@git.example.com/x and y', 'takes manifests from https://[secret]@git.example.com/x and y'],
  ['from https://me:hunt@er2@git.example.com', 'from https://[secret]@git.example.com'],
  ['from https://hunter2@git.example.com', 'from https://[secret]@git.example.com'],
  [`from ghp_${'a'.repeat(36)} and ghp_${'b'.repeat(36)}`, 'from [secret] and [secret]'],
  ["object.metadata.annotations['api-token'] == 'hunter2'", "object.metadata.annotations['api-token'] == '[secret]'"],
  ['request.password!="hunter2" && x', 'request.password!="[secret]" && x'],
  ['{"keyID":"4AEE18F83AFDEB23","password":"hunter2"}', '{"keyID":"4AEE18F83AFDEB23","password":"[secret]"}'],
  ["runs DB_PASSWORD='hunter2' make --api-key hunter2", "runs DB_PASSWORD='[secret]' make --api-key [secret]"],
  ["x in ['Zk3vQ9xB7nLw2TsY5mRd8HcJ']", "x in ['[secret]']"],
])('of a sentence all is left but the secret: %s', (text, shown) => {
  expect(withoutSecretsInText(text)).toBe(shown);
});

test.each([
  'takes manifests from https://github.com/acme/shop.git and ssh://git@github.com/acme/shop.git',
  'runs docker://alpine@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 and acme/scan@0123456789abcdef0123456789abcdef01234567',
  'stagegate/gates by app stagegate, required on env/prod by "stagegate: environments"',
  'image.matches("@sha256:[0-9a-f]{64}$")',
  "a workflow's token reads unless its job says more, secret STAGEGATE_APP_PRIVATE_KEY of acme/shop",
  `key: {{slot:app/delivery}}, token: "\${{ secrets.TOKEN }}"`,
])('a sentence without a secret stays as it is: %s', (text) => {
  expect(withoutSecretsInText(text)).toBe(text);
});
