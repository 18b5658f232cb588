/** How much is at stake in an environment. Defaults and what the rules demand follow from it. */
export type Tier = 'development' | 'staging' | 'production';

export const Tier = {
  development: 'development',
  staging: 'staging',
  production: 'production',
} as const;

/** Where an environment stands in its life. Releases move only into active and deprecated ones. */
export type Lifecycle = 'planned' | 'active' | 'suspended' | 'deprecated' | 'retired';

export const Lifecycle = {
  planned: 'planned',
  active: 'active',
  suspended: 'suspended',
  deprecated: 'deprecated',
  retired: 'retired',
} as const;
