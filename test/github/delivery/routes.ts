import type { Route } from '../route';
import { checkRunRoutes } from './check-runs';
import { collaboratorRoutes } from './collaborators';
import { commentRoutes } from './comments';
import { commitRoutes } from './commits';
import { mergeRoutes } from './merges';
import { pullRequestRoutes } from './pull-requests';
import { refRoutes } from './refs';
import { reviewRoutes } from './reviews';
import { statusRoutes } from './statuses';

/** What moves code: refs, pull requests, reviews, statuses, merges, comments. */
export const deliveryRoutes: readonly Route[] = [
  ...refRoutes,
  ...commitRoutes,
  ...pullRequestRoutes,
  ...reviewRoutes,
  ...statusRoutes,
  ...checkRunRoutes,
  ...mergeRoutes,
  ...commentRoutes,
  ...collaboratorRoutes,
];
