import { compile, type DesiredState, resolve } from 'stagegate';
import type { KubernetesObject } from '../../lib/desired/desired-state';
import { differenceOf } from '../../lib/diff/difference-of';
import { repositoryDifference } from '../../lib/diff/repository-difference';
import { lawfulCase } from '../generated/planting';
import { buildProgram } from '../generated/platform-generator';
import { Random } from '../generated/random';
import { changesBetween, configMap, deployment, object } from './sides';

const OLD = 'hunter2-Old9';
const NEW = 'hunter3-New7';
const token = (letter: string) => `ghp_${letter.repeat(36)}`;

/** What holds a secret, with the old one, with the new one, or without any. */
const HOLDERS: readonly (readonly [string, (secret: string | undefined) => KubernetesObject])[] = [
  ['data of a Secret', (secret) => object('v1', 'Secret', 's', { data: secret === undefined ? {} : { 'tls.key': secret, plain: secret } })],
  ['all data of a Secret', (secret) => object('v1', 'Secret', 's', secret === undefined ? {} : { data: { password: secret } })],
  ['text data of a Secret', (secret) => object('v1', 'Secret', 's', { stringData: secret === undefined ? {} : { a: secret } })],
  [
    'a variable that is named so',
    (secret) => deployment('api', { container: { env: secret === undefined ? [] : [{ name: 'DB_PASSWORD', value: secret }] } }),
  ],
  ['a setting that is named so', (secret) => configMap('c', secret === undefined ? {} : { API_TOKEN: secret })],
  ['an option', (secret) => deployment('api', { container: { args: ['run', ...(secret === undefined ? [] : [`--password=${secret}`])] } })],
  [
    'the word after an option',
    (secret) => deployment('api', { container: { args: ['run', ...(secret === undefined ? [] : ['--password', secret])] } }),
  ],
  [
    'a command',
    (secret) => deployment('api', { container: { command: ['sh', '-c', secret === undefined ? 'run' : `TOKEN=${secret} run`] } }),
  ],
  ['an address', (secret) => configMap('c', secret === undefined ? {} : { URL: `postgres://me:${secret}@db/shop` })],
  [
    'an address in a list',
    (secret) =>
      object('argoproj.io/v1alpha1', 'AppProject', 'p', {
        spec: { sourceRepos: secret === undefined ? [] : [`https://me:${secret}@git.example.com/x`] },
      }),
  ],
  [
    'a header of a probe',
    (secret) =>
      deployment('api', {
        container: {
          livenessProbe: { httpGet: { port: 1, httpHeaders: secret === undefined ? [] : [{ name: 'X-Api-Key', value: secret }] } },
        },
      }),
  ],
  [
    'a parameter of a chart',
    (secret) =>
      object('argoproj.io/v1alpha1', 'Application', 'a', {
        spec: { source: { helm: { parameters: secret === undefined ? [] : [{ name: 'db.password', value: secret }] } } },
      }),
  ],
  [
    'a file in a ConfigMap',
    (secret) => configMap('c', secret === undefined ? {} : { 'run.sh': `#!/bin/sh\nexport DB_PASSWORD=${secret}\n` }),
  ],
  [
    'an unknown kind',
    (secret) => object('example.com/v1', 'Thing', 't', { spec: secret === undefined ? {} : { nested: { password: secret } } }),
  ],
];

test.each(HOLDERS)('a secret is told and never shown: %s', (_, holding) => {
  const pairs: readonly (readonly [KubernetesObject[], KubernetesObject[]])[] = [
    [[holding(OLD)], [holding(NEW)]],
    [[holding(undefined)], [holding(NEW)]],
    [[holding(OLD)], [holding(undefined)]],
    [[], [holding(NEW)]],
    [[holding(OLD)], []],
  ];
  for (const [before, after] of pairs) {
    const changes = changesBetween(before, after);
    expect(changes).toHaveLength(1);
    expect(JSON.stringify(changes)).not.toMatch(new RegExp(`${OLD}|${NEW}`));
  }
  const [change] = changesBetween([holding(OLD)], [holding(NEW)]);
  expect(change?.fields.some(({ secret, before, after }) => secret === true && before === undefined && after === undefined)).toBe(true);
});

test('what refers to a secret is shown', () => {
  const external = (key: string) =>
    object('external-secrets.io/v1', 'ExternalSecret', 'e', { spec: { data: [{ secretKey: 'API_KEY_2', remoteRef: { key } }] } });
  const [change] = changesBetween([external('shop/prod1/database-url')], [external('shop/prod2/database-url')]);
  expect(change?.fields).toEqual([
    { path: 'spec.data[API_KEY_2].remoteRef.key', before: 'shop/prod1/database-url', after: 'shop/prod2/database-url' },
  ]);
});

test('neither are secrets in settings and files of a repository', () => {
  const base = compile(resolve(buildProgram(lawfulCase(new Random(1)).plan).platform));
  const [repository] = base.repositories as [DesiredState['repositories'][number]];
  const withSecret = (secret: string) => ({
    ...repository,
    environments: [{ name: 'e', admits: [], variables: { DEPLOY_TOKEN: secret }, secrets: [] }],
    files: [{ path: '.npmrc', content: `//registry/:_authToken=${token(secret.at(-1) ?? '')}` }],
    workflows: repository.workflows.map((workflow) => ({ ...workflow, env: { NPM_TOKEN: secret } })),
  });
  for (const [was, is] of [
    [withSecret(OLD), withSecret(NEW)],
    [undefined, withSecret(NEW)],
    [withSecret(OLD), undefined],
  ] as const) {
    const text = JSON.stringify(repositoryDifference(was, is));
    expect(text).toContain('DEPLOY_TOKEN');
    expect(text).not.toMatch(new RegExp(`${OLD}|${NEW}|ghp_`));
  }
  expect(JSON.stringify(differenceOf(undefined, base, { base: { name: 'nothing' }, head: { name: 'now' } }))).not.toContain('[secret]');
});

test('access to tokens that workflows ask for is no secret', () => {
  const base = compile(resolve(buildProgram(lawfulCase(new Random(1)).plan).platform));
  const [repository] = base.repositories as [DesiredState['repositories'][number]];
  const asking = (access: string) => ({
    ...repository,
    workflows: repository.workflows.map((workflow) => ({ ...workflow, permissions: { 'id-token': access } })),
  });
  expect(repositoryDifference(asking('none'), asking('write'))?.changes[0]?.fields).toEqual([
    { path: 'permissions.id-token', before: 'none', after: 'write' },
  ]);
});
