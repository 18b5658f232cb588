import type { KubernetesObject } from '../desired/desired-state';
import { objectText } from '../render/environment-files';

const NODE_TYPE = Symbol.for('yaml.node.type');
const DOCUMENT = Symbol.for('yaml.document');

/**
 * An object that is plain data to everyone but the YAML library, which sees a document in it and takes its text from here.
 * cdk8s writes every object with that library in a style of its own, and has no setting for it: with this, `App.synth` writes the bytes that
 * `render` writes, whatever divides them into files. Where the library asks a document for its content in place of its text, as it does within
 * a list, it gets the data and writes them its own way.
 */
export function withRenderedText(object: KubernetesObject): KubernetesObject {
  const own = { ...object };
  // Fields of the object come before what is said here about its text.
  if (Object.hasOwn(own, 'contents') || Object.hasOwn(own, 'toString')) return own;
  return Object.defineProperties(own, {
    [NODE_TYPE]: { value: DOCUMENT },
    toString: { value: () => objectText({ ...own }) },
    contents: { get: () => ({ ...own }) },
  });
}
