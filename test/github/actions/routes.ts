import type { Route } from '../route';
import { forkRoutes } from './forks';
import { runRoutes } from './runs';

/** Pull requests from forks, and what runs of workflows leave behind. */
export const actionsRoutes: readonly Route[] = [...forkRoutes, ...runRoutes];
