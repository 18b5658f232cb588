import { bind } from '../../lib/compile/bind';
import { type Edit, program, refused, VALUES } from './program';
import { requirement } from './requirement';

const OPENLUFFY = '01-openluffy';

const importing = (name: string): Edit => ["  Tier,\n} from 'stagegate';", `  Tier,\n  ${name},\n} from 'stagegate';`];

/** The edits make a program that `check` accepts. */
function accepted(edits: readonly Edit[]): ReturnType<typeof program> {
  expect(refused(OPENLUFFY, edits).filter(({ severity }) => severity === 'error')).toEqual([]);
  return program(OPENLUFFY, edits);
}

requirement('LUFFY-01', {}, () => {
  const { model } = accepted([]);
  expect(model.name).toBe('openluffy');
  expect(model.clusters.map(({ name }) => name)).toEqual(['in-cluster']);
  expect(model.environments.map(({ name, target }) => [name, target])).toEqual([
    ['dev', { kind: 'kubernetes', cluster: 'in-cluster', namespace: 'openluffy-dev' }],
    ['preprod', { kind: 'kubernetes', cluster: 'in-cluster', namespace: 'openluffy-preprod' }],
    ['prod', { kind: 'kubernetes', cluster: 'in-cluster', namespace: 'openluffy-prod' }],
  ]);
});

requirement('LUFFY-02', {}, () => {
  const { model } = accepted([]);
  const branch = (pattern: string) => ({ kind: 'branch', repository: 'lebrick07/openluffy', pattern });
  expect(model.environments.map(({ name, source }) => [name, source])).toEqual([
    ['dev', branch('develop')],
    ['preprod', undefined],
    ['prod', undefined],
  ]);
  expect(model.policies.map(({ from, to, on, rebuild }) => ({ from, to, on, rebuild }))).toEqual([
    { from: 'dev', to: 'preprod', on: undefined, rebuild: false },
    { from: 'preprod', to: 'prod', on: branch('main'), rebuild: false },
  ]);
});

requirement('LUFFY-03', {}, () => {
  const lines = (edits: readonly Edit[]) => {
    const { desired } = accepted(edits);
    const text = desired.documents.find(({ path }) => path === 'docs/release-lines.md')?.content ?? '';
    const cells = (row: string) =>
      text
        .split('\n')
        .find((line) => line.startsWith(`| ${row} |`))
        ?.split('|')
        .slice(2, -1)
        .map((cell) => cell.trim());
    return { names: cells(''), trigger: cells('trigger'), approval: cells('approval') };
  };
  expect(lines([])).toEqual({
    names: ['dev and preprod', 'prod'],
    trigger: ['push to `develop`', '`main` has the tree of a release that is in preprod'],
    approval: ['none', '1 approval, among them 1 of team engineers, then a person syncs'],
  });
  const byPullRequest = lines([['sync: Sync.manual()', 'sync: Sync.automatic()']]);
  expect(byPullRequest.approval).toEqual(['none', '1 approval, among them 1 of team engineers']);
  const bySync = lines([[", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", ", Gate.manual({ at: 'sync' })"]]);
  expect(bySync.approval).toEqual(['none', 'a person syncs']);
});

requirement('LUFFY-04', {}, () => {
  const { model } = accepted([]);
  expect(model.environments.map(({ name, host, tls }) => [name, host, tls])).toEqual([
    ['dev', 'dev.openluffy.local', { kind: 'issuer', issuer: 'internal' }],
    ['preprod', 'preprod.openluffy.local', { kind: 'issuer', issuer: 'internal' }],
    ['prod', 'openluffy.local', { kind: 'issuer', issuer: 'internal' }],
  ]);
  const off = accepted([
    importing('Tls'),
    ["source: repository.branch('develop'),", "source: repository.branch('develop'),\n  tls: Tls.off(),"],
  ]);
  expect(off.model.environments[0]?.tls).toEqual({ kind: 'off' });
});

requirement('LUFFY-05', {}, () => {
  const tags = (edits: readonly Edit[]) =>
    Object.fromEntries(accepted(edits).model.environments.map(({ name, imageTag }) => [name, imageTag]));
  expect(tags([])).toMatchObject({ dev: { prefix: 'dev', length: 7 }, prod: { prefix: 'main', length: 7 } });
  const longer: Edit = ["host: 'openluffy.local',", "host: 'openluffy.local',\n  imageTag: { length: 40 },"];
  expect(tags([longer])).toMatchObject({ dev: { prefix: 'dev', length: 7 }, prod: { prefix: 'main', length: 40 } });
  expect(refused(OPENLUFFY, [["host: 'openluffy.local',", "host: 'openluffy.local',\n  imageTag: { length: 6 },"]])).toMatchObject([
    { code: 'SG007', path: 'openluffy/prod', given: '6', expected: 'a whole number from 7 to 40' },
  ]);
});

requirement('LUFFY-06', {}, () => {
  const proxy: Edit = [
    "  egress: ['postgres.data:5432'],",
    "  egress: ['postgres.data:5432'],\n  sidecars: { proxy: { build: Build.dockerfile('proxy') } },",
  ];
  const { desired } = accepted([proxy]);
  const backend = desired.delivery.services.find(({ name }) => name === 'backend');
  expect(backend?.images.map(({ slot, repository }) => [slot, repository])).toEqual([
    ['image/backend', 'ghcr.io/lebrick07/openluffy/backend'],
    ['image/backend/proxy', 'ghcr.io/lebrick07/openluffy/backend-proxy'],
  ]);
  const of = (word: string) => `ghcr.io/lebrick07/openluffy/backend@sha256:${word.repeat(32)}`;
  const bound = bind(desired, { ...VALUES, 'image/backend/proxy': of('dd') });
  const [dev] = bound.environments;
  const deployment = dev?.services
    .flatMap(({ objects }) => objects)
    .find(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'backend');
  expect(JSON.stringify(deployment).match(/sha256:[0-9a-f]{64}/g)).toEqual([`sha256:${'bb'.repeat(32)}`, `sha256:${'dd'.repeat(32)}`]);
});

requirement('LUFFY-19', {}, () => {
  const { model, desired } = accepted([]);
  const policy = model.policies.find(({ from, to }) => from === 'dev' && to === 'preprod');
  expect(policy?.gates).toEqual([
    { id: 'healthy', kind: 'healthy' },
    { id: 'soak', kind: 'soak', seconds: 30 },
  ]);
  // Automatic: no branch, no gate and no sync waits for a person.
  expect(policy?.on).toBeUndefined();
  expect(desired.delivery.environments.find(({ name }) => name === 'preprod')?.sync).toBe('automatic');
});

requirement('LUFFY-31', {}, () => {
  const { model } = accepted([]);
  const backend = model.services.find(({ name }) => name === 'backend');
  expect(backend?.environments.map(({ environment, secrets }) => [environment, secrets])).toEqual(
    ['dev', 'preprod', 'prod'].map((name) => [
      name,
      [{ variable: 'DATABASE_URL', store: 'default', secretPath: `openluffy/${name}/database-url` }],
    ]),
  );
});

requirement('LUFFY-41', {}, () => {
  const { model, desired } = accepted([
    [", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", ", Gate.manual({ at: 'sync' })"],
  ]);
  expect(model.policies.find(({ to }) => to === 'prod')?.gates).toContainEqual({ id: 'manual', kind: 'manual', at: 'sync' });
  expect(desired.delivery.environments.find(({ name }) => name === 'prod')?.sync).toBe('manual');
});
