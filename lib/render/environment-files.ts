import { Document, Scalar, visit } from 'yaml';
import type { DesiredEnvironment, KubernetesObject } from '../desired/desired-state';

/** Files by path, relative and with `/`. */
export type RenderedFiles = ReadonlyMap<string, string>;

/**
 * The YAML of one object: no anchors, no wrapped lines, keys in the order of the data. Kubernetes and Argo CD read YAML 1.1 with some of 1.2,
 * so that text such as `on`, `1_000` or `0o17` is quoted, which either version would read as something else.
 */
export function objectText(object: KubernetesObject): string {
  const document = new Document(object, { version: '1.1', aliasDuplicateObjects: false });
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value === 'string' && /^[-+]?0o[0-7]+$/i.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString({ lineWidth: 0, indentSeq: false });
}

/** One object a file, below `<service>/`: what lies on the environment's branch under `manifests/`. */
export function manifestFiles(environment: DesiredEnvironment): RenderedFiles {
  return new Map(
    environment.services.flatMap((service) =>
      service.objects.map((object) => [`${service.name}/${fileName(object)}`, objectText(object)] as const),
    ),
  );
}

/** One object a file, numbered in the order in which they are applied. */
export function bootstrapFiles(environment: DesiredEnvironment): RenderedFiles {
  const digits = String(environment.bootstrap.length).length;
  return new Map(
    environment.bootstrap.map(
      (object, index) => [`${String(index + 1).padStart(digits, '0')}-${fileName(object)}`, objectText(object)] as const,
    ),
  );
}

function fileName(object: KubernetesObject): string {
  return `${object.kind.toLowerCase()}-${object.metadata.name}.yaml`;
}
