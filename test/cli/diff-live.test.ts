import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { KubernetesObject } from '../../lib/desired/desired-state';
import { call, folderWith } from './calling';
import { cloneWith, write } from './clones';
import { diff, difference, images, program, release, shadow, told, values, withMore } from './diffs';

describe('Against a cluster', () => {
  const kinds = [
    'configmaps cm v1 true ConfigMap',
    'namespaces ns v1 false Namespace',
    'services svc v1 true Service',
    'serviceaccounts sa v1 true ServiceAccount',
    'deployments.apps deploy apps/v1 true Deployment',
  ];

  /** A cluster that holds these objects, with what it was asked. */
  function standIn(objects: readonly object[], more: Readonly<Record<string, string>> = {}): { readonly calls: () => string[] } {
    const folder = folderWith({ 'cluster.json': JSON.stringify(objects), kinds: kinds.join('\n'), ...more });
    shadow('kubectl', folder, `exec '${process.execPath}' '${join(__dirname, 'stand-in-kubectl.cjs')}' '${folder}' "$@"`);
    return { calls: () => readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n') };
  }

  /** The objects of an environment as they would be in a cluster where these have applied them. */
  async function deployed(folder: string, ...managers: readonly string[]): Promise<KubernetesObject[]> {
    await call(['render', '--env', 'dev', '--out', 'out'], { folder });
    const files = readdirSync(join(folder, 'out', 'dev'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.yaml'));
    const objects = files.map((name) => parse(readFileSync(join(folder, 'out', 'dev', name), 'utf8')) as KubernetesObject);
    rmSync(join(folder, 'out'), { recursive: true });
    const managedFields = managers.map((manager) => ({ manager, operation: 'Apply' }));
    return objects.map(
      (object) =>
        ({ ...object, status: { x: 1 }, metadata: { ...object.metadata, managedFields, uid: 'x', generation: 3 } }) as KubernetesObject,
    );
  }

  const files = { 'platform.ts': program, 'images.yaml': images('a'), 'values.yaml': values };
  const known = new Set(kinds.map((line) => line.split(' ').at(-1)));

  test('what is there is compared by a dry run in the name of who applied it; what is ours and not declared is deleted', async () => {
    const folder = folderWith(files);
    const objects = await deployed(folder, 'argocd-controller', 'somebody');
    const old = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name: 'old',
        namespace: 'shop-dev',
        labels: { 'app.kubernetes.io/managed-by': 'stagegate', 'stagegate.dev/environment': 'dev' },
      },
    };
    const others = { ...old, metadata: { ...old.metadata, name: 'others', labels: {} } };
    const owned = { ...old, metadata: { ...old.metadata, name: 'owned', ownerReferences: [{ kind: 'X' }] } };
    const { calls } = standIn([...objects.filter(({ kind }) => kind !== 'Service'), old, others, owned]);
    write(folder, 'platform.ts', withMore('replicas: 3'));
    const found = await difference(folder, '--live', 'dev', '--context', 'staging');
    expect(told(found)).toEqual(['dev delete ConfigMap old', 'dev update Deployment web', 'dev create Service web']);
    expect(found.environments[0]?.changes[1]?.fields).toContainEqual({ path: 'spec.replicas', before: 1, after: 3 });
    expect(found.base).toEqual({ name: 'cluster' });
    expect(found.notCompared.every(({ why }) => why === 'the cluster does not know this kind')).toBe(true);
    expect(found.notCompared.length).toBeGreaterThan(3);
    expect(calls().every((one) => one.startsWith('--context staging '))).toBe(true);
    expect(calls().filter((one) => one.includes(' apply '))).toEqual([
      expect.stringContaining('--dry-run=server --force-conflicts --field-manager=argocd-controller'),
    ]);
  });

  test('whose fields they are is not known where nobody applied on the server, and that is said', async () => {
    const folder = folderWith(files);
    const objects = await deployed(folder);
    standIn(objects);
    const { environments, notCompared } = await difference(folder, '--live', 'dev');
    expect(environments).toEqual([]);
    const count = objects.filter(({ kind }) => known.has(kind)).length;
    expect(notCompared.at(-1)).toMatchObject({ what: `fields that are no longer declared, of ${count} objects` });
  });

  test('what the cluster refuses is told in its words, but for secrets that it quotes', async () => {
    const withToken = (token: string): string => withMore(`env: { API_TOKEN: '${token}' }`);
    const folder = folderWith({ ...files, 'platform.ts': withToken('hunter2hunter2') });
    const text =
      'Warning: old\nThe ConfigMap is invalid: data: Invalid value: map[API_TOKEN:hunter2hunter2]: https://me:hunter3@policy.example.com says no\n@@ -1,6 +1,6 @@';
    standIn(await deployed(folder, 'argocd-controller'), { 'refusing.json': JSON.stringify({ kind: 'ConfigMap', text }) });
    const { notCompared } = await difference(folder, '--live', 'dev');
    expect(notCompared.filter(({ why }) => why.startsWith('it refuses the change'))).toEqual([
      {
        what: expect.stringMatching(/^what the API server makes of ConfigMap web-config-/),
        why: 'it refuses the change: The ConfigMap is invalid: data: Invalid value: map[API_TOKEN:[secret]]: https://[secret]@policy.example.com says no',
      },
    ]);
  });

  test('the images are those that are released, where the clone knows them', async () => {
    const folder = cloneWith({ ...files, '.gitignore': 'out\n' });
    standIn(await deployed(folder, 'argocd-controller'));
    await release(folder, 'dev');
    write(folder, 'images.yaml', images('b'));
    const { err, out } = await diff(folder, '--live', 'dev');
    expect(out).toMatch(/: nothing changes\n/);
    expect(err).toMatch(/^images {2}those of env\/dev, [0-9a-f]{7}$/);
    expect((await diff(folder, '--live', 'dev', '--images', 'images.yaml')).out).toContain('image aaaaaaa → bbbbbbb');
  });

  test('what cannot be read is a failure of the outside', async () => {
    const folder = folderWith(files);
    standIn([], { failing: 'get' });
    expect(await diff(folder, '--live', 'dev')).toMatchObject({
      code: 3,
      out: '',
      err: expect.stringContaining('kubectl get failed: Error from server (Forbidden)'),
    });
    process.env.PATH = folderWith();
    expect(await diff(folder, '--live', 'dev')).toMatchObject({ code: 3, err: expect.stringContaining('kubectl is not installed') });
  });

  test('without an image nothing can be compared', async () => {
    const folder = folderWith({ 'platform.ts': program });
    expect(await diff(folder, '--live', 'dev')).toMatchObject({ code: 1, out: expect.stringContaining('SG023') });
  });
});
