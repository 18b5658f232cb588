import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesObject } from '../../lib/desired/desired-state';
import { objectText } from '../../lib/render/environment-files';
import { filled, lawfulPlatforms } from '../generated/lawful-platforms';
import { type Cluster, startApiServer, strictDryRun } from './bed';

const PLATFORMS = 200;

/** Objects a file, so that a refusal names few. */
const BATCH = 100;

/** All objects of generated platforms, each once: bootstrap and services of every environment. */
function objects(): { readonly all: number; readonly unique: readonly string[] } {
  let all = 0;
  const unique = new Map<string, KubernetesObject>();
  for (const { environments } of lawfulPlatforms(PLATFORMS)) {
    const found: readonly KubernetesObject[] = filled(environments).bound.flatMap(({ bootstrap, services }) => [
      ...bootstrap,
      ...services.flatMap((service) => service.objects),
    ]);
    all += found.length;
    for (const object of found) unique.set(JSON.stringify(object), object);
  }
  return { all, unique: [...unique.values()].map(objectText) };
}

const examples = join(__dirname, '..', '..', 'examples');

describe('an API server with the custom resource definitions, unknown and doubled fields refused,', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startApiServer();
  });
  afterAll(() => cluster?.stop());

  test.each(['dev', 'preprod', 'prod'])('takes every file that OpenLuffy renders for %s', async (environment) => {
    const answers = await strictDryRun(cluster, join(examples, '01-openluffy', 'rendered', environment));
    expect(answers.filter((answer) => !answer.accepted)).toEqual([]);
    expect(answers.length).toBeGreaterThan(20);
  });

  test('takes every chart of an existing cdk8s app with workloads, hosts and environments in it', async () => {
    const answers = await strictDryRun(cluster, join(examples, 'in-a-cdk8s-app', 'rendered'));
    expect(answers.filter((answer) => !answer.accepted)).toEqual([]);
    expect(answers.map(({ message }) => message.split('\n').length).every((objects) => objects > 10)).toBe(true);
    expect(answers).toHaveLength(3);
  });

  test(`takes the objects of ${PLATFORMS} generated platforms`, async () => {
    const { all, unique } = objects();
    const folder = join(cluster.folder, 'generated');
    mkdirSync(folder);
    for (let start = 0; start < unique.length; start += BATCH) {
      writeFileSync(join(folder, `${String(start).padStart(5, '0')}.yaml`), unique.slice(start, start + BATCH).join('---\n'));
    }
    const answers = await strictDryRun(cluster, folder);
    expect(answers.filter(({ accepted }) => !accepted)).toEqual([]);
    const taken = answers
      .flatMap(({ message }) => message.split('\n'))
      .filter((line) => line.endsWith('serverside-applied (server dry run)'));
    expect(taken).toHaveLength(unique.length);
    expect(all).toBeGreaterThan(10_000);
    process.stdout.write(`${all} objects of ${PLATFORMS} platforms, ${unique.length} of them different\n`);
  });

  test('finds an unknown field in an object of a generated platform', async () => {
    const folder = join(cluster.folder, 'wrong');
    mkdirSync(folder);
    const [platform] = [...lawfulPlatforms(1)];
    const services = filled(platform?.environments ?? []).bound.flatMap((environment) => environment.services);
    const deployment = services.flatMap((service) => service.objects).find(({ kind }) => kind === 'Deployment');
    if (deployment === undefined) throw new Error('the first platform has no Deployment');
    writeFileSync(join(folder, 'unknown.yaml'), objectText({ ...deployment, spec: { ...(deployment.spec as object), replica: 1 } }));
    const [answer] = await strictDryRun(cluster, folder);
    expect(answer).toMatchObject({ accepted: false, message: expect.stringContaining('.spec.replica: field not declared in schema') });
  });
});
