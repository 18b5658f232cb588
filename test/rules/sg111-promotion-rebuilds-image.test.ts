import { Kind } from 'stagegate';
import { promotionRebuildsImage } from '../../lib/rules/sg111-promotion-rebuilds-image';
import type { Program } from '../generated/platform-generator';
import { found } from './shop';

const fixed = `ghcr.io/acme/other@sha256:${'0'.repeat(64)}`;
const image =
  (service: string, container: string, environment: string, reference: string) =>
  ({ services, environments }: Program) =>
    services
      .get(service)
      ?.override(
        Kind.deployment,
        { spec: { template: { spec: { containers: [{ name: container, image: reference }] } } } },
        { in: environments.get(environment) },
      );

test('services that run the images of their release pass', () => {
  expect(found(promotionRebuildsImage)).toEqual([]);
});

test('a service that runs another image in staging is refused', () => {
  expect(found(promotionRebuildsImage, { program: image('api', 'api', 'staging', fixed) })).toEqual([
    {
      path: 'shop/api',
      message: 'api runs an image in staging that its release does not name',
      given: `container api with image ${fixed}`,
      expected: 'the image of the release, ghcr.io/acme/shop/api by digest',
      remedy: 'drop the override of the image of api in staging',
    },
  ]);
});

test('the image of a sidecar, or of another service, counts as well', () => {
  expect(found(promotionRebuildsImage, { program: image('web', 'proxy', 'dev', fixed) })).toMatchObject([
    { path: 'shop/web', given: `container proxy with image ${fixed}` },
  ]);
  expect(found(promotionRebuildsImage, { program: image('web', 'web', 'dev', '{{slot:image/api}}') })).toHaveLength(1);
});

test('a tag in production is left to SG203, and a container that the program adds has no image in the release', () => {
  expect(found(promotionRebuildsImage, { program: image('api', 'api', 'prod', 'ghcr.io/acme/api:latest') })).toEqual([]);
  expect(found(promotionRebuildsImage, { program: image('api', 'debug', 'dev', fixed) })).toEqual([]);
});
