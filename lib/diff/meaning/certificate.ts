import { sameJson, textAt, textsAt } from '../json';
import { listed, type MeaningRule, note } from './changed-object';

/** For which hosts a Certificate of cert-manager is, and who issues it. */
export const certificate: MeaningRule = ({ change, before, after }) => {
  if (change.kind !== 'Certificate' || before === undefined || after === undefined) return [];
  const [was, is] = [before, after].map((object) => [...textsAt(object, 'spec', 'dnsNames')].sort()) as [string[], string[]];
  const [wasBy, isBy] = [before, after].map((object) => textAt(object, 'spec', 'issuerRef', 'name') ?? 'nobody');
  return [
    ...(sameJson(was, is) ? [] : [note(`certificate for ${listed(is)} in place of ${listed(was)}`)]),
    ...(wasBy === isBy ? [] : [note(`certificate from issuer ${isBy} in place of ${wasBy}`)]),
  ];
};
