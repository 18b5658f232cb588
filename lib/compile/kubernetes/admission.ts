import type { KubernetesObject } from '../../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../../model/platform-model';
import { ACME_SOLVER } from './conventions';
import { environmentLabels } from './labels';
import { admissionPolicyName } from './names';
import { answersChallenges } from './network';
import { kubernetesObject } from './object';

const IMAGES = ['containers', 'initContainers', 'ephemeralContainers']
  .map((field) => `(has(object.spec.${field}) ? object.spec.${field}.map(c, has(c.image) ? c.image : '') : [])`)
  .join(' + ');

/**
 * What the API server refuses in an environment's namespace, whoever asks: images from registries that nobody declared, and images that
 * are not named by their digest. Outside production tiers the environment's own channel tag does as well.
 * The pods with which cert-manager answers challenges are admitted by their image.
 */
export function admissionObjects(model: PlatformModel, environment: EnvironmentModel, namespace: string): KubernetesObject[] {
  const name = admissionPolicyName(model, environment);
  const labels = environmentLabels(model, environment);
  const digests = environment.tier === 'production';
  const solver = answersChallenges(environment) ? `image.startsWith(${text(`${ACME_SOLVER.image}:`)}) || ` : '';
  const all = (condition: string) => `variables.images.all(image, ${solver}${condition})`;
  return [
    kubernetesObject(
      'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy',
      { name, labels },
      {
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            resourceRules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['pods', 'pods/ephemeralcontainers'] },
            ],
          },
          variables: [{ name: 'images', expression: IMAGES }],
          validations: [
            {
              expression: all(`[${sources(model, environment).map(text).join(', ')}].exists(source, image.startsWith(source))`),
              message: `images of ${environment.name} come from ${origins(model, environment).join(', ')} only`,
              reason: 'Forbidden',
            },
            {
              expression: all(`image.matches(${text(digests ? BY_DIGEST : `(${BY_DIGEST}|${channelTag(environment)})`)})`),
              message: digests
                ? `images of ${environment.name} are named by their digest`
                : `images of ${environment.name} are named by their digest, or tagged ${environment.imageTag.prefix}-<commit>`,
              reason: 'Forbidden',
            },
          ],
        },
      },
    ),
    kubernetesObject(
      'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding',
      { name, labels },
      {
        spec: {
          policyName: name,
          matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
          validationActions: ['Deny'],
        },
      },
    ),
  ];
}

const BY_DIGEST = '@sha256:[0-9a-f]{64}$';

function channelTag({ imageTag }: EnvironmentModel): string {
  return `:${imageTag.prefix.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}-[0-9a-f]{7,40}$`;
}

/** The platform's registry, and repositories elsewhere of which a service or a sidecar of the environment takes its image. */
function origins(model: PlatformModel, environment: EnvironmentModel): string[] {
  const images = model.services
    .filter((service) => service.environments.some((placed) => placed.environment === environment.name))
    .flatMap((service) => [service.image, ...service.sidecars.map((sidecar) => sidecar.image)]);
  return [model.registry, ...new Set(images.filter((image) => !image.startsWith(`${model.registry}/`)))].sort();
}

/** Beginnings of the image names that are admitted. Another repository whose name merely begins alike is none. */
function sources(model: PlatformModel, environment: EnvironmentModel): string[] {
  return origins(model, environment).flatMap((origin) => (origin === model.registry ? [`${origin}/`] : [`${origin}@`, `${origin}:`]));
}

/** A text as CEL reads it; JSON's escapes are among those of CEL. */
function text(value: string): string {
  return JSON.stringify(value);
}
