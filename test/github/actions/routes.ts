import type { Route } from '../route';
import { runRoutes } from './runs';

/** What runs of workflows leave behind. */
export const actionsRoutes: readonly Route[] = runRoutes;
