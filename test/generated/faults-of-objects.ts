import { Kind, Tls } from 'stagegate';
import { ending, fault, image, onKubernetes, overrideApplication, overrideImage, withEnvironment, withProps, withService } from './edits';
import type { Fault } from './fault';

/** Mistakes in what runs. */
export const OBJECTS_FAULTS: readonly Fault[] = [
  fault('SG111', 'a service runs another image than its release names', ['images', 'services'], (plan, random) => {
    const environment = random.pick(plan.environments);
    const service = random.pick(plan.services).name;
    return onKubernetes(environment)
      ? { program: (program) => overrideImage(program, service, environment.name, image('other')) }
      : undefined;
  }),

  fault('SG201', 'two environments share a namespace', ['host'], (plan, random) => {
    const [one, other] = random.shuffled(plan.environments);
    if (!onKubernetes(one) || !onKubernetes(other)) return undefined;
    return { plan: withProps(withEnvironment(plan, other.name, { cluster: one.cluster }), other.name, { namespace: `shop-${one.name}` }) };
  }),

  fault('SG202', 'two environments claim one host', ['host', 'services'], (plan, random) => {
    const [one, other] = random.shuffled(plan.environments);
    if (one === undefined || other === undefined || !plan.services.some(({ route }) => route !== undefined)) return undefined;
    return { plan: withProps(plan, other.name, { host: `${one.name}.${plan.domain}` }) };
  }),

  fault('SG202', 'two services claim one route', ['services'], (plan) => {
    const [one, other] = plan.services;
    if (one?.route === undefined || other === undefined) return undefined;
    return { plan: withService(plan, other.name, { route: one.route }) };
  }),

  fault('SG203', 'production runs an image by a tag', ['images', 'services'], (plan) => {
    const end = ending(plan);
    const service = plan.services[0]?.name ?? '';
    return onKubernetes(end?.prod)
      ? { program: (program) => overrideImage(program, service, end.prod.name, `ghcr.io/acme/${service}:latest`) }
      : undefined;
  }),

  fault('SG203', 'two environments write one image tag', ['tags'], (plan, random) => {
    const [first, ...rest] = plan.environments;
    if (first === undefined || rest.length === 0) return undefined;
    return { plan: withProps(plan, random.pick(rest).name, { imageTag: { prefix: first.name } }) };
  }),

  ...Object.entries<Readonly<Record<string, string>>>({
    'by its name': { DATABASE_PASSWORD: 'correct-horse' },
    'by the format of a token': { UPSTREAM: `ghp_${'a1B2c3D4e5'.repeat(4)}` },
    'by its randomness': { UPSTREAM: 'q7Zr0vXn2Lk9TbWy4GsJ8dHf5MpQc3' },
    'in an address': { UPSTREAM: 'postgres://shop:hunter2@db.data:5432/shop' },
  }).map(([how, env]) =>
    fault('SG302', `a secret is written into env, recognised ${how}`, ['secrets'], (plan, random) => ({
      plan: withService(plan, random.pick(plan.services).name, { props: { env } }),
    })),
  ),

  fault('SG302', 'a secret is written into a setting', ['secrets'], (plan, random) => ({
    plan: withProps(plan, random.pick(plan.environments).name, { settings: { SMTP_PASSWORD: 'swordfish' } }),
  })),

  fault('SG302', 'a secret is written into a command', ['secrets'], (plan) => ({
    plan: { ...plan, suite: 'API_TOKEN=s3cr3t-t0ken make integration' },
  })),

  fault('SG302', 'a Secret is added', ['secrets', 'services'], (plan, random) => {
    const environment = random.pick(plan.environments);
    const service = random.pick(plan.services).name;
    if (!onKubernetes(environment)) return undefined;
    return {
      program: ({ services }) =>
        services
          .get(service)
          ?.addObjects(({ name }) =>
            name === environment.name
              ? [{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'mail' }, stringData: { user: 'mia' } }]
              : [],
          ),
    };
  }),

  fault('SG302', 'a parameter of an Application is a secret', ['secrets', 'revision'], (plan, random) => {
    const environment = random.pick(plan.environments);
    if (!onKubernetes(environment)) return undefined;
    return {
      program: overrideApplication(environment.name, {
        source: { helm: { parameters: [{ name: 'database.password', value: 'correct-horse' }] } },
      }),
    };
  }),

  fault('SG303', 'the quota does not hold a rollout', ['amounts'], (plan, random) => {
    const environment = random.pick(plan.environments);
    return onKubernetes(environment) ? { plan: withProps(plan, environment.name, { limits: { cpu: '20m' } }) } : undefined;
  }),

  fault('SG303', 'limits are below requests', ['amounts'], (plan, random) => {
    if (!plan.environments.every(onKubernetes)) return undefined;
    return { plan: withService(plan, random.pick(plan.services).name, { props: { limits: { cpu: '1', memory: '16Mi' } } }) };
  }),

  fault('SG303', 'a label is too long', ['amounts', 'services'], (plan, random) => {
    const environment = random.pick(plan.environments);
    const service = random.pick(plan.services).name;
    if (!onKubernetes(environment)) return undefined;
    return {
      program: ({ services, environments }) =>
        services
          .get(service)
          ?.override(
            Kind.service,
            { metadata: { labels: { 'example.com/owner': 'o'.repeat(64) } } },
            { in: environments.get(environment.name) },
          ),
    };
  }),

  fault('SG304', 'Argo CD is entered in clear text', ['plan'], (plan) =>
    plan.environments.some(onKubernetes) ? { plan: { ...plan, argoCd: 'http://argocd.example.com' } } : undefined,
  ),

  fault('SG304', 'production is served without TLS', ['host'], (plan) => {
    const end = ending(plan);
    return end && { plan: withProps(plan, end.prod.name, { tls: Tls.off() }) };
  }),

  fault('SG304', 'the issuer cannot serve production', ['host'], (plan) => {
    const end = ending(plan);
    return end && { plan: withProps(plan, end.prod.name, { tls: Tls.issuer('letsencrypt-staging') }) };
  }),

  fault('SG304', 'a host lies outside the domain', ['host'], (plan, random) => ({
    plan: withProps(plan, random.pick(plan.environments).name, { host: 'shop.elsewhere.org' }),
  })),

  fault('SG305', 'a service uses one that is absent', ['services'], (plan, random) => {
    const user = plan.services.find(({ uses }) => uses.length > 0);
    const environment = random.pick(plan.environments).name;
    if (user === undefined) return undefined;
    return {
      program: ({ services, environments }) => {
        const target = environments.get(environment);
        if (target !== undefined) services.get(user.uses[0] ?? '')?.absentFrom(target, { reason: 'not ready yet', until: '2027-01-31' });
      },
    };
  }),

  fault('SG307', 'a field is misspelt', ['objects'], (plan, random) => {
    const service = random.pick(plan.services).name;
    if (!plan.environments.every(onKubernetes)) return undefined;
    return { program: ({ services }) => services.get(service)?.override(Kind.deployment, { spec: { replica: 3 } }) };
  }),

  fault('SG308', 'an absence is overdue', ['services'], (plan, random) => {
    const service = random.pick(plan.services.filter(({ name }) => !plan.services.some(({ uses }) => uses.includes(name)))).name;
    const environment = random.pick(plan.environments).name;
    return {
      program: ({ services, environments }) => {
        const target = environments.get(environment);
        if (target !== undefined) services.get(service)?.absentFrom(target, { reason: 'not ready yet', until: '2026-01-31' });
      },
    };
  }),
];
