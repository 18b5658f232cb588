import { forkRoutes } from '../actions/forks';
import type { Route } from '../route';
import { checkRunRoutes } from './check-runs';
import { collaboratorRoutes } from './collaborators';
import { commentRoutes } from './comments';
import { commitRoutes } from './commits';
import { mergeRoutes } from './merges';
import { refRoutes } from './refs';
import { reviewRoutes } from './reviews';
import { statusRoutes } from './statuses';

/** What moves code: refs, pull requests, reviews, statuses, merges, comments. */
export const deliveryRoutes: readonly Route[] = [
  ...refRoutes,
  ...commitRoutes,
  // The routes of pull requests, for heads in forks as well.
  ...forkRoutes,
  ...reviewRoutes,
  ...statusRoutes,
  ...checkRunRoutes,
  ...mergeRoutes,
  ...commentRoutes,
  ...collaboratorRoutes,
];
