import { join } from 'node:path';
import { type Bed, startBed } from './bed';
import { type DeliveryBed, startDelivery } from './delivery-bed';

const digest = (pair: string): string => `sha256:${pair.repeat(32)}`;
const BROKEN = digest('be');

/** Times of this run beside what the system says of itself: about 3 minutes from merge to dev, 30 seconds more to preprod. */
const times: string[] = [];
const seconds = (from: number): string => `${((Date.now() - from) / 1000).toFixed(1)} s`;

describe('OpenLuffy on Argo CD', () => {
  let bed: Bed;
  let delivery: DeliveryBed;

  beforeAll(async () => {
    bed = await startBed({ failingImages: [BROKEN] });
    delivery = await startDelivery(bed);
    const rendered = await delivery.render();
    for (const environment of ['dev', 'preprod', 'prod']) await bed.apply(join(rendered, environment, 'bootstrap'));
  });

  afterAll(async () => {
    if (times.length > 0) console.log(['times of this run, and what the system says of itself', ...times].join('\n'));
    await bed?.stop();
  });

  /** What the release workflow does after a push to develop: images by digest, and a release made of them. */
  async function release(backend: string, frontend = digest('f0')): Promise<string> {
    const images = [`backend=ghcr.io/lebrick07/openluffy/backend@${backend}`, `frontend=ghcr.io/lebrick07/openluffy/frontend@${frontend}`];
    const said = await delivery.stagegate(['release', 'create', ...images.flatMap((image) => ['--image', image]), '--json']);
    return (JSON.parse(said) as { readonly release: { readonly id: string } }).release.id;
  }

  /** Waits until Argo CD says Synced and Healthy at the head of the environment's branch. */
  async function healthyAtHead(environment: string): Promise<void> {
    const head = await delivery.head(`env/${environment}`);
    await bed.waitFor(
      `openluffy-${environment}`,
      ({ sync, health, revision, operation }) =>
        sync === 'Synced' && health === 'Healthy' && revision === head && operation?.phase === 'Succeeded',
      60_000,
    );
  }

  const arrived = (id: string, environment: string) => async (): Promise<boolean> => (await delivery.runs(environment)) === id;
  const image = (environment: string): Promise<string> =>
    bed.kubectl([
      '-n',
      `openluffy-${environment}`,
      'get',
      'deployment',
      'backend',
      '-o',
      'jsonpath={.spec.template.spec.containers[0].image}',
    ]);
  const statusOf = async (environment: string) => {
    const report = JSON.parse(await delivery.stagegate(['status', environment, '--json'])) as {
      readonly environments: readonly {
        readonly state: string;
        readonly release: string | null;
        readonly waiting: readonly { readonly gate: string; readonly state: string; readonly reason: string }[];
      }[];
    };
    return report.environments[0] as (typeof report.environments)[number];
  };

  let first: string;
  let second: string;

  test('a merge to develop is Synced and Healthy in dev at exactly that tree, and in preprod by itself 30 seconds later', async () => {
    const merged = Date.now();
    await delivery.mergeToDevelop('first');
    first = await release(digest('a1'));
    await delivery.deliverUntil('the release to be merged to env/dev', arrived(first, 'dev'), 60_000);
    await healthyAtHead('dev');
    times.push(`merge to Healthy in dev          ${seconds(merged)}   about 3 minutes`);
    const devHealthy = Date.now();
    expect(await image('dev')).toBe(`ghcr.io/lebrick07/openluffy/backend@${digest('a1')}`);
    expect((await delivery.runs('preprod')) ?? '').not.toBe(first);

    await delivery.deliverUntil('the release to be merged to env/preprod', arrived(first, 'preprod'), 90_000);
    const waited = (Date.now() - devHealthy) / 1000;
    expect(waited).toBeGreaterThan(29);
    await healthyAtHead('preprod');
    times.push(`Healthy in dev to preprod        ${seconds(devHealthy)}   30 s more`);
    expect(await image('preprod')).toBe(await image('dev'));
  });

  test('a change that somebody makes by hand in dev is undone', async () => {
    const changed = Date.now();
    await bed.kubectl(['-n', 'openluffy-dev', 'scale', 'deployment', 'backend', '--replicas', '3']);
    await bed.until(
      'one replica again',
      async () =>
        (await bed.kubectl(['-n', 'openluffy-dev', 'get', 'deployment', 'backend', '-o', 'jsonpath={.spec.replicas}'])) === '1' ||
        undefined,
      30_000,
    );
    times.push(`drift healed                     ${seconds(changed)}   by itself`);
  });

  test('production waits for the merge to main, for an approval and for a person who syncs', async () => {
    await delivery.deliverUntil('preprod to be verified', async () => (await statusOf('preprod')).state !== 'syncing', 60_000);
    await delivery.mergeToMain();
    await delivery.deliverUntil(
      'the promotion to wait for an approval',
      async () => (await statusOf('prod')).waiting.some(({ gate, state }) => gate === 'approvals' && state === 'pending'),
      60_000,
    );
    expect((await statusOf('prod')).waiting.filter(({ state }) => state !== 'success').map(({ gate }) => gate)).toEqual(['approvals']);

    await delivery.stagegate(['approve', 'prod'], { as: 'mia' });
    await delivery.deliverUntil('the release to be merged to env/prod', arrived(first, 'prod'), 60_000);
    expect((await statusOf('prod')).state).toBe('awaiting-sync');
    await bed.waitFor('openluffy-prod', ({ sync, health }) => sync === 'OutOfSync' && health === 'Missing', 60_000);

    const asked = Date.now();
    await delivery.stagegate(['sync', 'prod', '--confirm', 'prod'], { as: 'mia' });
    await healthyAtHead('prod');
    times.push(`sync to Healthy in prod          ${seconds(asked)}   when ready`);
    await delivery.stagegate(['deliver']);
    expect((await statusOf('prod')).state).toMatch(/^(healthy|soaked)$/);
  });

  test('of two merges within the soak only the newer reaches preprod', async () => {
    await delivery.mergeToDevelop('overtaken');
    const overtaken = await release(digest('a2'));
    await delivery.deliverUntil('the older release to be in dev', arrived(overtaken, 'dev'), 60_000);
    await healthyAtHead('dev');
    await delivery.stagegate(['deliver']);
    await delivery.mergeToDevelop('second');
    second = await release(digest('a3'));
    await delivery.deliverUntil(
      'the newer release to be in preprod',
      async () => {
        expect(await delivery.runs('preprod')).not.toBe(overtaken);
        return arrived(second, 'preprod')();
      },
      120_000,
    );
    await healthyAtHead('preprod');
    expect(await image('preprod')).toBe(`ghcr.io/lebrick07/openluffy/backend@${digest('a3')}`);
  });

  test('a rollback of production puts the earlier bytes back, and a later sync does not bring the bad ones again', async () => {
    await delivery.mergeToMain();
    await delivery.deliverUntil(
      'the promotion to wait for an approval',
      async () => (await statusOf('prod')).waiting.some(({ gate, state }) => gate === 'approvals' && state === 'pending'),
      60_000,
    );
    await delivery.stagegate(['approve', 'prod'], { as: 'mia' });
    await delivery.deliverUntil('the newer release to be merged to env/prod', arrived(second, 'prod'), 60_000);
    await delivery.stagegate(['sync', 'prod', '--confirm', 'prod'], { as: 'mia' });
    await healthyAtHead('prod');
    await delivery.stagegate(['deliver']);

    const asked = Date.now();
    await delivery.stagegate(['rollback', 'prod', '--reason', 'errors at checkout', '--confirm', 'prod', '--quarantine'], { as: 'mia' });
    expect(await delivery.runs('prod')).toBe(first);
    expect((await statusOf('prod')).state).toBe('awaiting-sync');
    await delivery.stagegate(['sync', 'prod', '--confirm', 'prod'], { as: 'mia' });
    await healthyAtHead('prod');
    times.push(`rollback of prod, sync included  ${seconds(asked)}   by hand in Argo CD`);
    expect(await image('prod')).toBe(`ghcr.io/lebrick07/openluffy/backend@${digest('a1')}`);
    for (let pass = 0; pass < 3; pass += 1) await delivery.stagegate(['deliver', '--suites']);
    expect(await delivery.runs('prod')).toBe(first);
  });

  test('a rollback of preprod needs no build and no approval, and what it replaced stays out', async () => {
    const asked = Date.now();
    await delivery.stagegate(['rollback', 'preprod', '--to', first, '--reason', 'broken layout'], { as: 'mia' });
    expect(await delivery.runs('preprod')).toBe(first);
    await healthyAtHead('preprod');
    times.push(`rollback of preprod              ${seconds(asked)}   revert and build`);
    for (let pass = 0; pass < 3; pass += 1) await delivery.stagegate(['deliver', '--suites']);
    expect(await delivery.runs('preprod')).toBe(first);
  });

  test('an image that never becomes ready does not leave dev', async () => {
    await delivery.mergeToDevelop('broken');
    const broken = await release(BROKEN);
    await delivery.deliverUntil('the broken release to be in dev', arrived(broken, 'dev'), 60_000);
    await bed.refresh('openluffy-dev');
    await bed.waitFor('openluffy-dev', ({ health }) => health === 'Degraded', 60_000);
    await delivery.deliverUntil('dev to count as failed', async () => (await statusOf('dev')).state === 'failed', 60_000);
    const until = Date.now() + 32_000;
    await delivery.deliverUntil('the soak to be long over', async () => Date.now() > until, 60_000);
    expect(await delivery.runs('preprod')).not.toBe(broken);
  });
});
