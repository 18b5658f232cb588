import { ApiObject, type ApiObjectProps, type JsonPatch } from 'cdk8s';
import type { Construct } from 'constructs';
import { openSlots } from '../compile/bind';
import { inOrder, kindOf, kindText } from '../compile/kubernetes/object';
import { validateObject } from '../compile/kubernetes/validate';
import type { KubernetesObject } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import { InvalidValueError } from '../values/diagnostic';
import { refuseCollisions } from './collisions';
import { withRenderedText } from './manifest-text';

/**
 * A compiled object in a chart. What cdk8s offers for its objects holds for it: labels of the chart, patches, resolvers of the app. When the
 * app is synthesised it is compared with the schema of its kind, patches and all.
 */
export class Manifest extends ApiObject {
  private readonly object: KubernetesObject;
  /** What cdk8s makes of the object when nobody changes it, as text. */
  private readonly untouched: string;
  private checked?: { readonly metadata: string; readonly findings: string[] };

  constructor(scope: Construct, id: string, object: KubernetesObject) {
    super(scope, id, object as ApiObjectProps);
    this.object = object;
    this.untouched = JSON.stringify(inOrder(withoutEmpty(object)));
    this.node.addValidation({ validate: () => this.findings() });
    refuseCollisions(this);
  }

  /** The object as it is written, with its fields in the order of everything that is rendered. */
  override toJson(): KubernetesObject {
    const synthesised = inOrder(super.toJson() as KubernetesObject);
    return withRenderedText(JSON.stringify(synthesised) === this.untouched ? structuredClone(this.object) : synthesised);
  }

  override addJsonPatch(...operations: JsonPatch[]): void {
    this.checked = undefined;
    super.addJsonPatch(...operations);
  }

  /** cdk8s asks once for every chart of the app, so that an answer is kept until a patch or the metadata changes the object. */
  private findings(): string[] {
    const metadata = JSON.stringify(this.metadata.toJson());
    if (this.checked?.metadata !== metadata) this.checked = { metadata, findings: findingsOf(this.toJson(), this.node.path) };
    return this.checked.findings;
  }
}

function findingsOf(object: KubernetesObject, path: string): string[] {
  const subject = `${kindText(kindOf(object))} ${object.metadata.name}`;
  const validation = validateObject(object);
  const open = openSlots(object);
  return [
    ...(validation.kind === 'invalid'
      ? [
          new InvalidValueError({
            code: 'SG070',
            name: 'object-breaks-schema',
            path,
            message: `${subject} is not what its schema asks for`,
            given: validation.findings.join('; '),
            expected: `fields and values that ${object.apiVersion} ${object.kind} has`,
            remedy: 'correct the value, or the patch that set it',
          }),
        ]
      : []),
    ...(open.length > 0
      ? [
          new InvalidValueError({
            code: 'SG023',
            name: 'unbound-slot',
            path,
            message: `${open.length === 1 ? 'a slot has' : `${open.length} slots have`} no value`,
            given: open.join(', '),
            expected: 'a value for every slot before anything is written',
            remedy: 'give the value itself; in a chart of its own nothing fills slots',
          }),
        ]
      : []),
  ].map((error) => error.message);
}

/** An object without what cdk8s does not write: nulls, and collections of metadata that hold nothing. */
function withoutEmpty(object: KubernetesObject): KubernetesObject {
  const bare = withoutNulls(object as unknown as Json) as unknown as KubernetesObject;
  return { ...bare, metadata: withoutEmptyCollections(bare.metadata as unknown as Json) as unknown as KubernetesObject['metadata'] };
}

function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

function withoutEmptyCollections(value: Json): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, withoutEmptyCollections(item)] as const);
  return Object.fromEntries(entries.filter(([, item]) => typeof item !== 'object' || item === null || Object.keys(item).length > 0));
}
