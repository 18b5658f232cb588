import type { EnvironmentModel, PlatformModel } from '../model/platform-model';
import { incomingPolicies, objectsOf, pairs, presentEnvironments, tryDesiredEnvironment } from './environments';
import { isMutable, workloadImages } from './images';
import type { Rule, RuleFinding } from './rule';

/** An image reference that may mean something else tomorrow. */
export const mutableImage: Rule = {
  code: 'SG203',
  name: 'mutable-image',
  severity: 'error',
  explain: {
    title: 'an image tag that several write, or that production runs',
    refuses:
      'Two environments that put tags with one prefix on images, at least one of which builds; a container in a production-tier environment whose image has no digest.',
    why: 'A tag names whatever was pushed last. Production would run bytes that no gate has seen after the next restart of a pod, and a tag that two pipelines write says nothing to the people it is meant for.',
    example:
      "new Environment(platform, 'dev', { …, imageTag: { prefix: 'main' } });\nnew Environment(platform, 'qa', { …, imageTag: { prefix: 'main' } });",
    remedy: 'Name images by digest; give each environment a tag prefix of its own.',
  },
  check: ({ model, desired }) => [
    ...sharedTags(model),
    ...presentEnvironments(model)
      .filter(({ tier }) => tier === 'production')
      .flatMap((environment) => {
        const compiled = tryDesiredEnvironment(desired, environment.name);
        return workloadImages(compiled === undefined ? [] : objectsOf(compiled))
          .filter(({ image }) => isMutable(image))
          .map(
            ({ object, container, image }): RuleFinding => ({
              path: compiled?.services.some((service) => service.objects.includes(object))
                ? (model.services.find(({ name }) => compiled.services.find((service) => service.objects.includes(object))?.name === name)
                    ?.path ?? environment.path)
                : environment.path,
              message: `${environment.name} runs an image by a tag that can be moved`,
              given: `container ${container} of ${object.kind} ${object.metadata.name} with image ${image}`,
              expected: 'an image by digest, name@sha256:…',
              remedy: 'let the release name the image, or write its digest',
            }),
          );
      }),
  ],
};

function sharedTags(model: PlatformModel): RuleFinding[] {
  return pairs(presentEnvironments(model)).flatMap(([one, other]) => {
    if (one.imageTag.prefix !== other.imageTag.prefix || !(builds(model, one) || builds(model, other))) return [];
    const tag = `${one.imageTag.prefix}-<commit>`;
    return [
      {
        path: other.path,
        message: `${one.name} and ${other.name} write one image tag`,
        given: `tag ${tag} for both`,
        expected: 'a tag prefix of its own for each environment that builds',
        remedy: `set imageTag: { prefix: '${other.name}' } on ${other.name}`,
      },
    ];
  });
}

function builds(model: PlatformModel, environment: EnvironmentModel): boolean {
  return environment.source !== undefined || incomingPolicies(model, environment.name).some(({ rebuild }) => rebuild);
}
