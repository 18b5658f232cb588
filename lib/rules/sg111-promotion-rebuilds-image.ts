import { slotsIn } from '../values/slot';
import { presentEnvironments, tryDesiredEnvironment } from './environments';
import { isMutable, workloadImages } from './images';
import type { Rule } from './rule';

/** A service that runs another image than the one its release names. */
export const promotionRebuildsImage: Rule = {
  code: 'SG111',
  name: 'promotion-rebuilds-image',
  severity: 'error',
  explain: {
    title: 'a service does not run the image of its release',
    refuses: 'A container of a service whose image is not the one that the release names, because an override fixes another image.',
    why: 'A release is promoted with its images. An environment that puts in another one tests, or runs, something that no gate has seen.',
    example:
      "backend.override(Kind.deployment, { spec: { template: { spec: { containers: [{ name: 'backend', image: 'ghcr.io/acme/backend@sha256:…' }] } } } }, { in: staging });",
    remedy: 'Drop the override of the image; a release chooses it.',
  },
  check: ({ model, desired }) =>
    presentEnvironments(model).flatMap((environment) =>
      (tryDesiredEnvironment(desired, environment.name)?.services ?? []).flatMap((service) => {
        const declared = model.services.find(({ name }) => name === service.name);
        const slots = new Map([
          [service.name, `image/${service.name}`],
          ...(declared?.sidecars ?? []).map((sidecar) => [sidecar.name, `image/${service.name}/${sidecar.name}`] as const),
        ]);
        return workloadImages(service.objects)
          .filter(({ object, container, image }) => {
            const slot = object.kind === 'Deployment' && object.metadata.name === service.name ? slots.get(container) : undefined;
            if (slot === undefined || (environment.tier === 'production' && isMutable(image))) return false;
            return !slotsIn(image).includes(slot);
          })
          .map(({ container, image }) => ({
            path: declared?.path ?? environment.path,
            message: `${service.name} runs an image in ${environment.name} that its release does not name`,
            given: `container ${container} with image ${image}`,
            expected: `the image of the release, ${declared?.image ?? service.name} by digest`,
            remedy: `drop the override of the image of ${service.name} in ${environment.name}`,
          }));
      }),
    ),
};
