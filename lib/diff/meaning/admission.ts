import type { KubernetesObject } from '../../desired/desired-state';
import type { Json } from '../../model/platform-model';
import type { Meaning } from '../difference';
import { listAt, textAt, textsAt } from '../json';
import { type MeaningRule, note, risk } from './changed-object';

/** What the API server refuses, whoever asks. */
export const admission: MeaningRule = ({ change, before, after }) => {
  if (change.kind === 'ValidatingAdmissionPolicyBinding') return bindingMeanings(before, after);
  if (change.kind !== 'ValidatingAdmissionPolicy' || before === undefined) return [];
  if (after === undefined) return validations(before).map(({ text }) => risk(`no longer refused: ${text}`));
  const [was, is] = [validations(before), validations(after)];
  const known = new Set(was.map(({ expression }) => expression));
  const now = new Set(is.map(({ expression }) => expression));
  const found: Meaning[] = [];
  for (const { expression, text } of was) {
    if (now.has(expression)) continue;
    const other = is.find((one) => one.text === text && !known.has(one.expression));
    if (other === undefined) found.push(risk(`no longer demanded: ${text}`));
  }
  for (const { expression, text } of is) {
    if (known.has(expression)) continue;
    found.push(was.some((one) => one.text === text) ? note(`demanded by another expression: ${text}`) : note(`demanded: ${text}`));
  }
  if (textAt(before, 'spec', 'failurePolicy') !== 'Ignore' && textAt(after, 'spec', 'failurePolicy') === 'Ignore')
    found.push(risk('what cannot be judged is admitted'));
  return found;
};

function bindingMeanings(before: KubernetesObject | undefined, after: KubernetesObject | undefined): Meaning[] {
  if (before === undefined) return [];
  const denies = (object: KubernetesObject | undefined): boolean => textsAt(object, 'spec', 'validationActions').includes('Deny');
  if (denies(before) && !denies(after))
    return [risk(after === undefined ? 'its policy refuses nothing any more' : 'its policy only warns')];
  return !denies(before) && denies(after) ? [note('its policy refuses')] : [];
}

interface Validation {
  readonly expression: string;
  readonly text: string;
}

function validations(policy: KubernetesObject): readonly Validation[] {
  return listAt(policy, 'spec', 'validations').map((item: Json) => {
    const expression = textAt(item, 'expression') ?? '';
    return { expression, text: textAt(item, 'message') ?? expression };
  });
}
