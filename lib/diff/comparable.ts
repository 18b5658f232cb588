import type { KubernetesObject } from '../desired/desired-state';
import type { Json } from '../model/platform-model';
import { isList, isRecord, type JsonRecord } from './json';
import { ITEM, placeOf, placeOfObject } from './places';

/** What the API server and controllers write into an object, and nobody declares. */
const SERVER_FIELDS = new Set([
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** Labels and annotations that say which tool wrote an object and how, and nothing about what it does. */
const TOOL_MARKS = [
  /^kubectl\.kubernetes\.io\/last-applied-configuration$/,
  /^kubectl\.kubernetes\.io\/restartedAt$/,
  /^deployment\.kubernetes\.io\/revision$/,
  /^deprecated\.daemonset\.template\.generation$/,
  /^kubernetes\.io\/change-cause$/,
  /^argocd\.argoproj\.io\/(?:tracking-id|instance)$/,
  /^helm\.sh\/chart$/,
  /^meta\.helm\.sh\//,
  /^pulumi\.com\/(?:autonamed|patchForce)$/,
  /^cdk8s\.io\/version$/,
  /^stagegate\.dev\/version$/,
];

/** An object as it is compared: without what the API server writes, and without marks of tools. */
export function comparable(object: KubernetesObject): KubernetesObject {
  const { status: _status, ...declared } = object;
  return cleaned(declared as JsonRecord, placeOfObject(object)) as unknown as KubernetesObject;
}

function cleaned(value: Json, place: string): Json {
  if (isList(value)) return value.map((item) => cleaned(item, placeOf(place, ITEM)));
  if (!isRecord(value)) return value;
  const entries: [string, Json][] = [];
  for (const [key, item] of Object.entries(value)) {
    if (item === null || item === undefined) continue;
    if (place === 'Metadata' && SERVER_FIELDS.has(key)) continue;
    if (isMark(place, key)) continue;
    const inner = cleaned(item, placeOf(place, key));
    if ((place === 'Metadata' || key === 'metadata') && isRecord(inner) && Object.keys(inner).length === 0) continue;
    entries.push([key, inner]);
  }
  return Object.fromEntries(entries);
}

function isMark(place: string, key: string): boolean {
  return (place === 'Metadata.labels' || place === 'Metadata.annotations') && TOOL_MARKS.some((mark) => mark.test(key));
}
