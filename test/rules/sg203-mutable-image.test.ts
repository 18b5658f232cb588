import { Kind } from 'stagegate';
import { mutableImage } from '../../lib/rules/sg203-mutable-image';
import type { Program } from '../generated/platform-generator';
import { environment, found, policy } from './shop';

const image =
  (environmentName: string, reference: string) =>
  ({ services, environments }: Program) =>
    services
      .get('api')
      ?.override(
        Kind.deployment,
        { spec: { template: { spec: { containers: [{ name: 'api', image: reference }] } } } },
        { in: environments.get(environmentName) },
      );
const job =
  (reference: string) =>
  ({ services }: Program) =>
    services.get('api')?.addObjects(({ name }) =>
      name === 'prod'
        ? [
            {
              apiVersion: 'batch/v1',
              kind: 'CronJob',
              metadata: { name: 'report' },
              spec: {
                schedule: '0 3 * * *',
                jobTemplate: { spec: { template: { spec: { containers: [{ name: 'report', image: reference }] } } } },
              },
            },
          ]
        : [],
    );

test('images by slot pass, and tags pass below production', () => {
  expect(found(mutableImage)).toEqual([]);
  expect(found(mutableImage, { program: image('staging', 'ghcr.io/acme/api:latest') })).toEqual([]);
});

test('an image by tag in production is refused', () => {
  expect(found(mutableImage, { program: image('prod', 'ghcr.io/acme/api:latest') })).toEqual([
    {
      path: 'shop/api',
      message: 'prod runs an image by a tag that can be moved',
      given: 'container api of Deployment api with image ghcr.io/acme/api:latest',
      expected: 'an image by digest, name@sha256:…',
      remedy: 'let the release name the image, or write its digest',
    },
  ]);
});

test('added objects in production name images by digest', () => {
  expect(found(mutableImage, { program: job('ghcr.io/acme/report:1') })).toMatchObject([
    { path: 'shop/api', given: 'container report of CronJob report with image ghcr.io/acme/report:1' },
  ]);
  expect(found(mutableImage, { program: job(`ghcr.io/acme/report:1@sha256:${'a'.repeat(64)}`) })).toEqual([]);
});

test('one tag prefix for two environments is refused when one of them builds', () => {
  expect(found(mutableImage, { plan: environment('staging', { props: { imageTag: { prefix: 'dev' } } }) })).toEqual([
    {
      path: 'shop/staging',
      message: 'dev and staging write one image tag',
      given: 'tag dev-<commit> for both',
      expected: 'a tag prefix of its own for each environment that builds',
      remedy: "set imageTag: { prefix: 'staging' } on staging",
    },
  ]);
});

test('one tag prefix for two environments that only promote passes, until one of them builds anew', () => {
  const plan = environment('staging', { props: { imageTag: { prefix: 'release' } } });
  expect(found(mutableImage, { plan })).toEqual([]);
  expect(found(mutableImage, { plan: { ...plan, policies: policy('staging-to-prod', { rebuild: true }).policies } })).toHaveLength(1);
});
