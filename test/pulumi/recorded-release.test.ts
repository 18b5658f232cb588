import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';
import { compile, type DesiredState, InvalidValueError, resolve, Sync } from 'stagegate';
import { bindInput, EnvironmentResources, type EnvironmentResourcesProps, recordedRelease } from 'stagegate/pulumi';
import { openGitStore, type Store } from '../../lib/delivery';
import type { Release } from '../../lib/delivery/release';
import { recorded } from './recording';
import { commit, imageOf, type Releasing, recordRelease } from './releasing';
import { type Shop, shop } from './shop';

let folder: string;
let remote: string;
let store: Store;
let declared: Shop;
let desired: DesiredState;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'stagegate-release-'));
  remote = join(folder, 'remote.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', remote]);
  store = await openGitStore({ remote, as: 'stagegate' });
  declared = shop({ url: `https://git.example.com/acme/shop.git`, prod: { sync: Sync.pulumi() }, dev: { sync: Sync.pulumi() } });
  desired = compile(resolve(declared.platform));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DIGEST = `sha256:${'a'.repeat(64)}`;
const IMAGE = imageOf(DIGEST);

/** A release of prod that is stored and recorded on its branch, changed on the way as asked. */
function release(change: Pick<Releasing, 'branch' | 'tag' | 'untagged'> = {}): Promise<Release> {
  return recordRelease({ desired, store, environment: 'prod', digests: { web: DIGEST }, ...change });
}

/** Registers prod with what its branch records. */
function registered(props: Partial<EnvironmentResourcesProps> = {}) {
  return recorded(async () => {
    const provider = new k8s.Provider('cluster', { kubeconfig: '{}' });
    const recording = await recordedRelease(declared.prod, { remote });
    return new EnvironmentResources('prod', { environment: declared.prod, release: recording, ...props }, { provider });
  });
}

type Recording = Awaited<ReturnType<typeof registered>>;
const names = ({ resources }: Recording) => resources.map(({ name }) => name).filter((name) => name !== 'cluster');
const codes = ({ errors }: Pick<Recording, 'errors'>) =>
  errors.map((error) => (InvalidValueError.is(error) ? error.diagnostic.code : String(error)));

test('the objects of the recorded release are registered, with its images, and its id is handed on', async () => {
  const { id } = await release();
  const recording = await registered();
  expect([recording.errors, recording.said]).toEqual([[], []]);
  expect(recording.result?.outputs).toMatchObject({ environment: 'prod', release: id });
  expect(recording.result?.outputs.application).toBeUndefined();
  expect(names(recording)).toEqual(
    expect.arrayContaining([
      'prod/Namespace/shop-prod',
      'prod/Deployment/shop-prod/web',
      'prod/Service/shop-prod/web',
      'prod/Ingress/shop-prod/web',
      'prod/Certificate.cert-manager.io/shop-prod/shop-prod-tls',
    ]),
  );
  const deployment = recording.resources.find(({ name }) => name === 'prod/Deployment/shop-prod/web');
  expect(deployment?.type).toBe('kubernetes:apps/v1:Deployment');
  expect(JSON.stringify(deployment?.inputs)).toContain(IMAGE);
});

test('they are the bytes that were released, whatever the program says by now', async () => {
  await release();
  declared = shop({ prod: { sync: Sync.pulumi() } });
  declared.web.in(declared.prod, { replicas: 7 });
  const recording = await registered();
  const deployment = recording.resources.find(({ name }) => name === 'prod/Deployment/shop-prod/web');
  expect(deployment?.inputs.spec).toMatchObject({ replicas: 2 });
});

test('what precedes the release and is not what it was made with is named', async () => {
  const { id } = await release();
  declared = shop({ prod: { sync: Sync.pulumi(), data: 'anonymised', limits: { pods: 50 } } });
  const recording = await registered();
  expect(recording.errors).toEqual([]);
  expect(recording.said).toEqual([`release ${id} was made with another Namespace/shop-prod, ResourceQuota/shop-prod/environment`]);
});

test('before the first release only what precedes it is registered, and that is said', async () => {
  for (const prepare of [async () => undefined, () => commit(store, new Map([['manifests/.gitkeep', '']]), 'refs/heads/env/prod')]) {
    await prepare();
    const recording = await registered();
    expect(recording.errors).toEqual([]);
    expect(names(recording).filter((name) => name.startsWith('prod/')).length).toBe(7);
    expect(recording.said).toEqual(['env/prod records no release yet: only what precedes it is registered']);
    expect(recording.result?.outputs.release).toBeUndefined();
  }
});

test.each<[string, Parameters<typeof release>[0], RegExp]>([
  [
    'the branch holds other manifests',
    { branch: (files) => void files.set('manifests/web/extra.yaml', 'a: 1\n') },
    /env\/prod does not hold the manifests of release/,
  ],
  ['the tag holds other manifests', { tag: (files) => void files.set('web/extra.yaml', 'a: 1\n') }, /is not stored with these manifests/],
  ['the release has no tag', { untagged: true }, /is not stored with these manifests/],
  [
    'the record was changed',
    { branch: (files) => void files.set('release.yaml', (files.get('release.yaml') ?? '').replace(DIGEST, `sha256:${'b'.repeat(64)}`)) },
    /says release [0-9a-f]{16}, its content is release/,
  ],
  ['the record is none', { branch: (files) => void files.set('release.yaml', 'id: 1\n') }, /release\.yaml at [0-9a-f]{40}/],
])('nothing is registered when %s', async (_, change, message) => {
  await release(change);
  const recording = await registered();
  expect(names(recording)).toEqual([]);
  expect(recording.errors).toHaveLength(1);
  expect(pulumi.RunError.isInstance(recording.errors[0])).toBe(true);
  expect(String(recording.errors[0])).toMatch(message);
  expect(String(recording.errors[0])).toContain('remedy');
});

test('nothing is registered when the repository cannot be read', async () => {
  rmSync(remote, { recursive: true });
  const { errors } = await recorded(() => recordedRelease(declared.prod, { remote }));
  expect(pulumi.RunError.isInstance(errors[0])).toBe(true);
  expect(String(errors[0])).toMatch(/no git repository at/);
});

test('objects outside the namespace of the environment are refused, as AppProjects refuse them elsewhere', async () => {
  await release();
  declared = shop({ prod: { sync: Sync.pulumi(), namespace: 'other' } });
  expect(String((await registered()).errors[0])).toMatch(/lies in shop-prod, prod is other/);
});

describe('another release than the recorded one', () => {
  test('cannot be put together, nor taken from another environment, nor have its images beside it', async () => {
    await release();
    const provider = () => new k8s.Provider('cluster', { kubeconfig: '{}' });
    const byHand = await registered({ release: { environment: 'prod', id: 'f'.repeat(16), services: [], otherBootstrap: [] } });
    expect([codes(byHand), names(byHand)]).toEqual([['SG056'], []]);
    const other = await recorded(async () => {
      const recording = await recordedRelease(declared.prod, { remote });
      return new EnvironmentResources('dev', { environment: declared.dev, release: recording }, { provider: provider() });
    });
    expect(codes(other)).toEqual(['SG056']);
    const both = await registered({ inputs: [bindInput('image/web', IMAGE)] });
    expect([codes(both), names(both)]).toEqual([['SG056'], []]);
  });

  test('is what images bound by hand would be, where a promotion enters; elsewhere they are what runs', async () => {
    const bound = (environment: 'dev' | 'prod', inputs: EnvironmentResourcesProps['inputs']) =>
      recorded(() => {
        const provider = new k8s.Provider('cluster', { kubeconfig: '{}' });
        return new EnvironmentResources(environment, { environment: declared[environment], inputs: inputs ?? [] }, { provider });
      });
    expect(codes(await bound('prod', [bindInput('image/web', IMAGE)]))).toEqual(['SG056']);
    expect(codes(await bound('prod', []))).toEqual(['SG056']);
    expect(codes(await bound('dev', []))).toEqual(['SG056']);
    const dev = await bound('dev', [bindInput('image/web', pulumi.output(IMAGE))]);
    expect(dev.errors).toEqual([]);
    const deployment = dev.resources.find(({ name }) => name === 'dev/Deployment/shop-dev/web');
    expect(JSON.stringify(deployment?.inputs)).toContain(IMAGE);
    expect(() => bindInput('image/web', 'ghcr.io/acme/shop/web:latest')).toThrow(/SG022/);
  });
});
