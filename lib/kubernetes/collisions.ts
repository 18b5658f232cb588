import { ApiObject, type App, Chart, YamlOutputType } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { InvalidValueError } from '../values/diagnostic';

const OWN = Symbol.for('stagegate.manifest');
const CHECKED = Symbol.for('stagegate.collisions');

/**
 * Marks an object as ours, and has its app compared as a whole when it is synthesised: cdk8s writes two objects of one kind and name, and
 * writes one file over another, without a word. Only what touches one of our objects is refused.
 */
export function refuseCollisions(object: ApiObject): void {
  Object.defineProperty(object, OWN, { value: true });
  const { root } = object.node;
  if (CHECKED in root) return;
  Object.defineProperty(root, CHECKED, { value: true });
  root.node.addValidation({ validate: () => collisions(root) });
}

function collisions(root: IConstruct): string[] {
  const objects = root.node.findAll().filter((construct): construct is ApiObject => ApiObject.isApiObject(construct));
  return [
    ...pairs(objects, identity).map(([first, second]) =>
      message('SG034', 'duplicate-object', second, 'two objects of the app have one kind and one name', {
        given: `${identity(second)} in ${first.node.path} and in ${second.node.path}`,
        expected: 'one object of a kind for a name in a namespace',
        remedy: 'rename one, or leave it to the chart that has it',
      }),
    ),
    ...pairs(objects, (object) => writtenFile(root, object)).map(([first, second]) =>
      message('SG071', 'overwritten-file', second, 'two objects of the app are written to one file', {
        given: `${writtenFile(root, second)} holds ${first.node.path} and then ${second.node.path}`,
        expected: 'a file for each object',
        remedy: 'divide the output by chart: yamlOutputType: YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE',
      }),
    ),
  ];
}

function message(code: string, name: string, at: IConstruct, text: string, rest: Record<'given' | 'expected' | 'remedy', string>): string {
  return new InvalidValueError({ code, name, path: at.node.path, message: text, ...rest }).message;
}

/** Each object whose key an earlier one has, with that one; pairs that are none of ours left out. */
function pairs(objects: readonly ApiObject[], keyOf: (object: ApiObject) => string | undefined): (readonly [ApiObject, ApiObject])[] {
  const first = new Map<string, ApiObject>();
  return objects.flatMap((object) => {
    const key = keyOf(object);
    const earlier = key === undefined ? undefined : first.get(key);
    if (key !== undefined && earlier === undefined) first.set(key, object);
    return earlier !== undefined && (OWN in earlier || OWN in object) ? [[earlier, object] as const] : [];
  });
}

function identity(object: ApiObject): string {
  const group = object.apiVersion.includes('/') ? `.${object.apiGroup}` : '';
  return `${object.kind}${group} ${object.metadata.namespace ?? ''}/${object.name}`;
}

/** The file that cdk8s writes an object to, where it writes one for each. */
function writtenFile(root: IConstruct, object: ApiObject): string | undefined {
  const name = `${object.kind}.${object.name}`.replace(/[^0-9a-zA-Z-_.]/g, '');
  switch ((root as Partial<App>).yamlOutputType) {
    case YamlOutputType.FILE_PER_RESOURCE:
      return name;
    case YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE:
      return `${Chart.of(object).node.path}/${name}`;
    default:
      return undefined;
  }
}
