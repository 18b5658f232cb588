import type { Route } from '../route';

/** What moves code: refs, pull requests, reviews, statuses, merges, comments. */
export const deliveryRoutes: readonly Route[] = [];
