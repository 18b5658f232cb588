import { App } from 'cdk8s';
import fc from 'fast-check';
import { bind, compile, Environment, openSlots, type Platform, resolve, type SlotValue } from 'stagegate';
import { EnvironmentChart } from 'stagegate/kubernetes';
import { desiredFiles } from '../../lib/render/desired-files';
import { buildProgram, lawfulPlan } from '../generated/platform-generator';
import { Random } from '../generated/random';
import { DIGEST, IMAGES, rendered, shop } from './shop';

/** Environments on Kubernetes of a platform, and a value for each of its slots. */
function environmentsOf(platform: Platform): { readonly environments: Environment[]; readonly values: Record<string, SlotValue> } {
  const desired = compile(resolve(platform));
  const onKubernetes = new Set(desired.environments.filter(({ target }) => target === 'kubernetes').map(({ name }) => name));
  const value = (slot: string): SlotValue =>
    slot.startsWith('image/') ? `ghcr.io/acme/${slot.slice(6)}@${DIGEST}` : slot.startsWith('host/') ? 'shop.acme.example' : 1234;
  return {
    environments: platform.node
      .findAll()
      .filter(Environment.isEnvironment)
      .filter((environment) => onKubernetes.has(environment.environmentName)),
    values: Object.fromEntries(openSlots(desired).map((slot) => [slot, value(slot)])),
  };
}

test('every environment of eight generated platforms is written as render writes it', () => {
  let objects = 0;
  for (let seed = 1; seed <= 8; seed++) {
    const { platform } = buildProgram(lawfulPlan(new Random(seed)));
    const { environments, values } = environmentsOf(platform);
    const app = new App();
    for (const environment of environments) new EnvironmentChart(app, environment.environmentName, { environment, values });
    const files = desiredFiles(bind(compile(resolve(platform)), values));
    const expected = environments.flatMap(({ environmentName }) =>
      [...files].filter(([path]) => path.startsWith(`${environmentName}/`)).map(([, text]) => text),
    );
    objects += expected.length;
    expect(app.synthYaml()).toBe(expected.join('---\n'));
  }
  expect(objects).toBeGreaterThan(200);
});

test('so is any text that an environment variable may have', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('on', '0o17', '-0o7', '1e3', '~', '12:30:00', 'a: b', '- a', ' '),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[A-Z_]{1,8}$/), text, { minKeys: 1 }), (env) => {
      const { prod } = shop(({ api, prod }) => api.in(prod, { env }));
      const app = new App();
      new EnvironmentChart(app, 'prod', { environment: prod, images: IMAGES });
      expect(app.synthYaml()).toBe([...rendered(prod).values()].join('---\n'));
    }),
    { numRuns: 12 },
  );
});
