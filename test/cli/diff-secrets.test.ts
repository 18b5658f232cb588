import type { Difference } from '../../lib/diff/difference';
import { call, removeFolders, smallProgram } from './calling';
import { cloneWith, write } from './clones';

afterEach(removeFolders);

/** Secrets of one side: one that only its place tells, a token, and a random text. */
interface Secrets {
  readonly word: string;
  readonly token: string;
  readonly random: string;
}

const OLD: Secrets = { word: 'hunter2Old9', token: `ghp_${'a1'.repeat(18)}`, random: 'Zk3vQ9xB7nLw2TsY5mRd8HcJ' };
const NEW: Secrets = { word: 'hunter3New7', token: `ghp_${'b2'.repeat(18)}`, random: 'Wq8pXs4Gv6KzN1bTd9LfM3yH' };

/** Parts of a program that put secrets where rules of the road are read from. */
const parts: Readonly<Record<string, (secrets: Secrets) => string>> = {
  'AppProject of dev': ({ word, token }) => `dev.override(Kind.appProject, { spec: {
    sourceRepos: ['https://me:${word}@git.example.com/shop.git'],
    destinations: [{ server: 'https://admin:${word}@cluster.example.com', namespace: '*' }],
    sourceNamespaces: ['${token}'],
    signatureKeys: [{ keyID: '4AEE18F83AFDEB23', password: '${word}' }],
  } });`,
  dev: ({ word, random }) => `dev.override(Kind.application, { spec: {
    source: { repoURL: 'https://${random}@git.example.com/shop.git' },
    ignoreDifferences: [{ kind: 'ConfigMap', jqPathExpressions: ['select(.data.password == "${word}")'] }],
  } });`,
  'images of dev': ({ word, token, random }) =>
    `dev.override(Kind.of('admissionregistration.k8s.io', 'ValidatingAdmissionPolicy'), { spec: { validations: [
    { expression: "object.metadata.annotations['api-token'] == '${word}'" },
    { expression: "request.userInfo.username != '${token}'" },
    { expression: "object.metadata.labels.pass in ['${random}']" },
  ] } });`,
};

const program = (secrets?: Secrets): string =>
  smallProgram(
    secrets === undefined
      ? ''
      : Object.values(parts)
          .map((part) => part(secrets))
          .join('\n'),
  ).replace('Gate,', 'Gate, Kind,');

const shown = (folder: string, format: string) => call(['diff', '--format', format], { folder });

describe.each<[string, Secrets | undefined, Secrets | undefined]>([
  ['change', OLD, NEW],
  ['come', undefined, NEW],
  ['go', OLD, undefined],
])('Secrets in what a policy demands that %s', (_, before, after) => {
  test('are told and never shown, as text, as JSON and as Markdown', async () => {
    const folder = cloneWith({ 'platform.ts': program(before) });
    write(folder, 'platform.ts', program(after));
    for (const format of ['text', 'json', 'markdown']) {
      const { code, out, err } = await shown(folder, format);
      expect([format, code]).toEqual([format, 0]);
      for (const secret of [OLD, NEW].flatMap((one) => Object.values(one) as string[])) expect(`${out}${err}`).not.toContain(secret);
      expect(out).toContain('git.example.com/shop.git');
    }
    const { policy } = JSON.parse((await shown(folder, 'json')).out) as Difference;
    for (const subject of Object.keys(parts)) {
      const change = policy.filter((one) => one.subject === subject);
      expect([subject, JSON.stringify(change)]).toEqual([subject, expect.stringContaining('[secret]')]);
    }
  });
});

test('where nothing but a secret is another one, that is said', async () => {
  const sources = (secret: string): string =>
    smallProgram(`dev.override(Kind.appProject, { spec: { sourceRepos: ['https://me:${secret}@git.example.com/shop.git'] } });`).replace(
      'Gate,',
      'Gate, Kind,',
    );
  const folder = cloneWith({ 'platform.ts': sources(OLD.word) });
  write(folder, 'platform.ts', sources(NEW.word));
  const { policy } = JSON.parse((await shown(folder, 'json')).out) as Difference;
  const text = 'takes manifests from https://[secret]@git.example.com/shop.git';
  expect(policy).toMatchObject([
    { subject: 'AppProject of dev', direction: 'changed', before: text, after: `${text}, with another secret` },
  ]);
});
