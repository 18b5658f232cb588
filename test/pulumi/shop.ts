import {
  BranchProtection,
  Build,
  Check,
  Cluster,
  Environment,
  type EnvironmentProps,
  Gate,
  Platform,
  PromotionPolicy,
  Repository,
  ServiceStack,
  Target,
  Tier,
} from 'stagegate';

/** A shop with dev, where releases are born, and prod, which a promotion enters. Nothing in it is an error. */
export interface Shop {
  readonly platform: Platform;
  readonly repository: Repository;
  readonly dev: Environment;
  readonly prod: Environment;
  readonly web: ServiceStack;
}

export interface ShopOptions {
  /** More that is said of prod. */
  readonly prod?: Partial<EnvironmentProps>;
  /** More that is said of dev. */
  readonly dev?: Partial<EnvironmentProps>;
  /** Whether the promotion asks for nobody's approval, which is an error in production. */
  readonly careless?: boolean;
  /** Whether there is a second service, `api`. */
  readonly api?: boolean;
  /** Address of the delivery repository. */
  readonly url?: string;
}

export function shop(options: ShopOptions = {}): Shop {
  const platform = new Platform('shop', { registry: 'ghcr.io/acme', domain: 'shop.example.com' });
  const repository = new Repository(platform, 'shop', {
    name: 'acme/shop',
    delivery: true,
    plan: 'team',
    ...(options.url === undefined ? {} : { url: options.url }),
  });
  const target = Target.kubernetes(Cluster.argoCd('main', { url: 'https://argocd.example.com' }));
  const dev = new Environment(platform, 'dev', {
    tier: Tier.development,
    target,
    source: repository.branch('develop'),
    ...options.dev,
  });
  const prod = new Environment(platform, 'prod', {
    tier: Tier.production,
    target,
    ...(options.careless ? { source: repository.branch('develop') } : {}),
    ...options.prod,
  });
  const web = new ServiceStack(platform, 'web', { build: Build.dockerfile('web'), port: 8080, health: '/', route: '/' });
  if (options.api) new ServiceStack(platform, 'api', { build: Build.dockerfile('api'), port: 8080, health: '/', route: '/api' });
  if (!options.careless) {
    new PromotionPolicy(platform, 'dev-to-prod', {
      from: dev,
      to: prod,
      gates: [Gate.healthy(), Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })],
    });
  }
  new BranchProtection(repository, 'develop', {
    ref: repository.branch('develop'),
    checks: [Check.run('validate', 'make test')],
    approvals: 1,
  });
  return { platform, repository, dev, prod, web };
}
