import { ApiObject, type ApiObjectProps } from 'cdk8s';
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
  private checked?: { readonly text: string; readonly findings: string[] };

  constructor(scope: Construct, id: string, object: KubernetesObject) {
    super(scope, id, object as ApiObjectProps);
    this.object = object;
    this.node.addValidation({ validate: () => this.findings() });
    refuseCollisions(this);
  }

  /** The object as it is written, with its fields in the order of everything that is rendered. */
  override toJson(): KubernetesObject {
    const synthesised = super.toJson() as KubernetesObject;
    // What cdk8s leaves out on its own account, an empty list of labels or a null, is no change.
    const untouched = JSON.stringify(inOrder(synthesised)) === JSON.stringify(inOrder(withoutEmpty(this.object)));
    return withRenderedText(untouched ? structuredClone(this.object) : inOrder(synthesised));
  }

  /** cdk8s asks once for every chart of the app, so that an answer is kept for as long as the object stays the same. */
  private findings(): string[] {
    const object = this.toJson();
    const text = JSON.stringify(object);
    if (this.checked?.text !== text) this.checked = { text, findings: findingsOf(object, this.node.path) };
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
