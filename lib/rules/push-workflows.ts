import type { DesiredState, DesiredWorkflow } from '../desired/desired-state';
import { deliveryRepository } from './applied-rules';
import { valueAt } from './environments';
import { passesWorkflowFilters } from './ref-pattern';

/** The compiled workflow of the delivery repository that a push to a branch starts; undefined when none does. */
export function matchingPushWorkflow(desired: DesiredState, branch: string): DesiredWorkflow | undefined {
  return deliveryRepository(desired)?.workflows.find((workflow) => startsOnPush(workflow, branch));
}

function startsOnPush(workflow: DesiredWorkflow, branch: string): boolean {
  if (!('push' in workflow.on)) return false;
  const filters = (key: string): string[] | undefined => {
    const given = valueAt(workflow.on, 'push', key);
    return Array.isArray(given) ? given.map(String) : typeof given === 'string' ? [given] : undefined;
  };
  const branches = filters('branches');
  if (branches !== undefined) return passesWorkflowFilters(branches, branch);
  const ignored = filters('branches-ignore');
  if (ignored !== undefined) return !passesWorkflowFilters(ignored, branch);
  return filters('tags') === undefined && filters('tags-ignore') === undefined;
}
