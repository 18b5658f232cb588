/** Who applies which fields of an object, as its `managedFields` say. Pure. */

import { isRecord } from './shape.mjs';

/** The manager that objects are created as; it writes, it does not apply. */
export const CREATOR = 'pulumi-kubernetes';

/** Whose fields become those of the provider before it applies: what it created itself, and what `kubectl apply` wrote. */
const TAKEN_OVER = [
  { manager: CREATOR, operation: 'Update' },
  { manager: 'pulumi-resource-kubernetes', operation: 'Update' },
  { manager: 'kubectl', operation: 'Apply' },
  { manager: 'kubectl', operation: 'Update' },
  { manager: 'before-first-apply', operation: 'Update' },
];

const isTakenOver = (entry) =>
  !entry.subresource && TAKEN_OVER.some(({ manager, operation }) => entry.manager === manager && entry.operation === operation);

/** A JSON patch that makes those fields `manager`'s own, so that it may change and remove them. Undefined when nothing is to be done. */
export function takeover({ metadata: { managedFields = [], resourceVersion } }, manager) {
  const taken = managedFields.filter(isTakenOver);
  if (taken.length === 0) return undefined;
  const isOwn = (entry) => !entry.subresource && entry.manager === manager && entry.operation === 'Apply';
  const own = managedFields.find(isOwn) ?? { ...taken[0], manager, operation: 'Apply' };
  const fieldsV1 = taken.map((entry) => entry.fieldsV1).reduce(united, own.fieldsV1);
  const others = managedFields.filter((entry) => !isTakenOver(entry) && !isOwn(entry));
  return [
    { op: 'replace', path: '/metadata/managedFields', value: [...others, { ...own, fieldsV1 }] },
    { op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion },
  ];
}

function united(one, other) {
  if (!isRecord(one) || !isRecord(other)) return one ?? other;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return Object.fromEntries([...keys].map((key) => [key, united(one[key], other[key])]));
}

/** Whether fields that others have changed are taken from them: only when that is asked for, else it is a conflict. */
export function takesByForce(inputs, live, { preview, enablePatchForce }) {
  if (enablePatchForce || inputs.metadata?.annotations?.['pulumi.com/patchForce'] === 'true') return true;
  const managers = live.metadata.managedFields ?? [];
  // A preview takes over nothing before it applies.
  if (preview && managers.some(({ manager, operation }) => manager === CREATOR && operation === 'Update')) return true;
  return managers.length === 0;
}
