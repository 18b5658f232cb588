import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as pulumi from '@pulumi/pulumi';
import * as resource from '@pulumi/pulumi/runtime/resource';
import { checkCluster, type ExpectedCluster, RefusedProgramError } from 'stagegate/pulumi';
import { recorded } from './recording';

const UID = '3f0e6c1d-5b0c-4d1e-9c58-0f3f5f6f2b11';

let folder: string;
const path = process.env.PATH;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'check-cluster-'));
  answers(`printf ${UID}`);
  // The SDK's mocks have no hooks.
  jest.spyOn(resource, 'registerResourceHook').mockResolvedValue(undefined);
});

afterEach(() => {
  process.env.PATH = path;
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

/** Puts a kubectl first on the PATH that notes its arguments and its kubeconfig. */
function answers(script: string): void {
  const note = `echo "$@" > "${folder}/asked"; [ "$1" != --kubeconfig ] || { cat "$2" > "${folder}/kubeconfig"; ls -l "$2" > "${folder}/listed"; }`;
  writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${note}\n${script}\n`, { mode: 0o755 });
  process.env.PATH = `${folder}:${path}`;
}

const noted = (name: string): string => readFileSync(join(folder, name), 'utf8').trim();

async function checked(expected: Partial<ExpectedCluster>) {
  const { result, errors } = await recorded(() => checkCluster({ uid: UID, context: 'main', ...expected }), { stack: 'prod' });
  const [error] = errors;
  return { result, error: error as RefusedProgramError | undefined };
}

test('the cluster with this uid is the one that is meant, and its components are destroyed by a program alone', async () => {
  const { result, error } = await checked({});
  expect(error).toBeUndefined();
  expect(noted('asked')).toBe('--context main --request-timeout=20s get namespace kube-system --output jsonpath={.metadata.uid}');
  expect(result?.hooks?.beforeDelete?.map(({ name }) => name)).toEqual(['stagegate: cluster main']);
});

test('without a uid nobody is asked, and nothing is demanded of a destroy', async () => {
  const { result, error } = await checked({ uid: undefined });
  expect([result, error]).toEqual([{}, undefined]);
  expect(() => noted('asked')).toThrow('ENOENT');
});

test('another cluster is refused, with both identities', async () => {
  answers('printf another');
  const { error } = await checked({});
  expect(error).toBeInstanceOf(RefusedProgramError);
  expect(error?.message.split('\n')[0]).toBe('stack prod is not applied to this cluster, nothing was registered');
  expect(error?.diagnostics).toEqual([
    {
      code: 'SG064',
      name: 'wrong-cluster',
      severity: 'error',
      path: 'prod',
      message: 'context main leads to another cluster',
      given: 'kube-system with uid another',
      expected: `kube-system with uid ${UID}`,
      remedy: 'correct the kubeconfig, or the uid if the cluster itself was made anew',
    },
  ]);
});

test.each([
  [
    'refuses',
    `echo noise >&2; echo 'error: context "main" does not exist' >&2; exit 1`,
    'kubectl get failed: error: context "main" does not exist',
  ],
  ['is not there', undefined, 'kubectl is not installed'],
])('a cluster that does not say which one it is, as kubectl %s, is refused with what was heard', async (_, script, heard) => {
  if (script === undefined) process.env.PATH = '/nowhere';
  else answers(script);
  const { error } = await checked({});
  expect(error?.diagnostics.map(({ message, given }) => [message, given])).toEqual([
    ['the cluster of context main does not say which one it is', heard],
  ]);
});

test('a kubeconfig is a path, or a text that no one else can read and that is gone afterwards', async () => {
  const file = join(folder, 'config');
  writeFileSync(file, 'of a file');
  await checked({ kubeconfig: file });
  expect(noted('asked')).toContain(`--kubeconfig ${file} --context main`);

  expect((await checked({ kubeconfig: pulumi.secret('clusters: []\n') })).error).toBeUndefined();
  const [, written = ''] = /--kubeconfig (\S+)/.exec(noted('asked')) ?? [];
  expect([noted('kubeconfig'), noted('listed').slice(0, 10)]).toEqual(['clusters: []', '-rw-------']);
  expect(() => readFileSync(written)).toThrow('ENOENT');
});

test('a kubeconfig that a preview does not know yet is not asked', async () => {
  const unknown = (pulumi as unknown as { unknown: string }).unknown;
  const { result, error } = await checked({ kubeconfig: pulumi.output(unknown) });
  expect([error, result?.hooks?.beforeDelete?.length]).toEqual([undefined, 1]);
  expect(() => noted('asked')).toThrow('ENOENT');
});
