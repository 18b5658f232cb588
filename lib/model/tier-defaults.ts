import type { Tier } from '../values/tier';
import type { Resources, Strategy as StrategyValue } from '../values/workload';
import { Strategy } from '../values/workload';

/** What a tier says when nobody else does. */
export interface TierDefaults {
  readonly replicas: number;
  readonly requests: Required<Resources>;
  readonly limits: Required<Resources>;
  readonly strategy: StrategyValue;
  readonly logLevel: 'debug' | 'info';
  readonly data: 'synthetic' | 'anonymised' | 'live';
}

const SHARED = { strategy: Strategy.rolling({ maxUnavailable: 0, maxSurge: 1 }) };
const PRODUCTION_LIKE = { requests: { cpu: '100m', memory: '128Mi' }, limits: { cpu: '1', memory: '256Mi' } };

/** The lowest layer of precedence: tier default < platform profile < environment < service < `.in`. */
export const TIER_DEFAULTS: Readonly<Record<Tier, TierDefaults>> = {
  development: {
    ...SHARED,
    replicas: 1,
    requests: { cpu: '50m', memory: '64Mi' },
    limits: { cpu: '500m', memory: '256Mi' },
    logLevel: 'debug',
    data: 'synthetic',
  },
  staging: { ...SHARED, ...PRODUCTION_LIKE, replicas: 2, logLevel: 'info', data: 'anonymised' },
  production: { ...SHARED, ...PRODUCTION_LIKE, replicas: 2, logLevel: 'info', data: 'live' },
};

/** What a sidecar gets when its declaration says nothing. */
export const SIDECAR_DEFAULTS: { readonly requests: Required<Resources>; readonly limits: Required<Resources> } = {
  requests: { cpu: '10m', memory: '32Mi' },
  limits: { cpu: '100m', memory: '64Mi' },
};
