import { type MeaningRule, note } from './changed-object';

/** Who applies an object: the stack of the environment, or whoever syncs the environment's branch. */
export const ownership: MeaningRule = ({ change }) => {
  const { previous, service } = change;
  if (previous === undefined || (previous.service === undefined) === (service === undefined)) return [];
  return [
    note(
      service === undefined
        ? "is applied by the environment's stack in place of a release"
        : "comes with releases, and no longer from the environment's stack",
    ),
  ];
};
