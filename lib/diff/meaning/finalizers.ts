import type { Meaning } from '../difference';
import { type MeaningRule, note, risk } from './changed-object';

const CASCADE = /^resources-finalizer\.argocd\.argoproj\.io/;

/** What the deletion of an object waits for. */
export const finalizers: MeaningRule = ({ before, after }) => {
  if (before === undefined || after === undefined) return [];
  const [was, is] = [before.metadata.finalizers ?? [], after.metadata.finalizers ?? []];
  const isApplication = after.kind === 'Application';
  const gone = was
    .filter((one) => !is.includes(one))
    .map((finalizer): Meaning => {
      if (isApplication && CASCADE.test(finalizer)) return note('deleting the Application leaves what it deployed');
      return risk(`finalizer ${finalizer} is gone: a deletion no longer waits for it`);
    });
  const fresh = is
    .filter((one) => !was.includes(one))
    .map((finalizer): Meaning => {
      if (isApplication && CASCADE.test(finalizer)) return risk('deleting the Application deletes all that it deployed');
      return note(`a deletion waits for the finalizer ${finalizer}`);
    });
  return [...gone, ...fresh];
};
