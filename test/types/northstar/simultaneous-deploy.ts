import { Environment, Platform, Repository, Target, Tier } from 'stagegate';

const platform = new Platform('staged', { registry: 'ghcr.io/acme', domain: 'acme.example' });
const repository = new Repository(platform, 'ingestion', { name: 'acme/ingestion', delivery: true });
const coolify = Target.coolify({ url: 'https://coolify.acme.example' });

export const staging = new Environment(platform, 'staging', { tier: Tier.staging, target: coolify, source: repository.branch('main') });
export const production = new Environment(platform, 'production', {
  tier: Tier.production,
  target: coolify,
  source: repository.branch('main'),
});
