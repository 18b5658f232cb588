import type { DesiredState } from '../desired/desired-state';
import type { EnvironmentModel, PlatformModel } from '../model/platform-model';
import { isKind, listAt, textAt, tryDesiredEnvironment } from './environments';

/** A URL that a service claims. */
export interface Route {
  readonly environment: EnvironmentModel;
  readonly service: string;
  /** Construct path of the service. */
  readonly path: string;
  readonly host: string;
  readonly url: string;
  /** Secret with the certificate of the host; undefined when the route is plain HTTP. */
  readonly tls?: string;
  /** What the finding names: `Ingress web`, or the declaration where nothing is compiled. */
  readonly subject: string;
}

/** All routes of an environment: of its compiled Ingresses and HTTPRoutes, and as declared where there are no Kubernetes objects. */
export function routesOf(model: PlatformModel, desired: DesiredState, environment: EnvironmentModel): Route[] {
  const compiled = tryDesiredEnvironment(desired, environment.name);
  if (environment.target.kind !== 'kubernetes' || compiled === undefined) {
    return model.services.flatMap(({ name, path, environments }) =>
      environments
        .filter((placed) => placed.environment === environment.name && placed.route !== undefined)
        .map((placed) => ({
          environment,
          service: name,
          path,
          host: environment.host,
          url: placed.route ?? '/',
          ...(environment.tls.kind === 'off' ? {} : { tls: environment.tls.kind }),
          subject: `route of ${name}`,
        })),
    );
  }
  return compiled.services.flatMap((service) => {
    const path = model.services.find(({ name }) => name === service.name)?.path ?? environment.path;
    const route = (host: string, url: string, tls: string | undefined, subject: string): Route => ({
      environment,
      service: service.name,
      path,
      host,
      url,
      ...(tls === undefined ? {} : { tls }),
      subject,
    });
    return service.objects.flatMap((object) => {
      if (isKind(object, 'networking.k8s.io', 'Ingress')) {
        const secretOf = (host: string): string | undefined => {
          const entry = listAt(object, 'spec', 'tls').find((tls) => listAt(tls, 'hosts').includes(host));
          return entry === undefined ? undefined : (textAt(entry, 'secretName') ?? 'default');
        };
        return listAt(object, 'spec', 'rules').flatMap((rule) => {
          const host = textAt(rule, 'host') ?? '*';
          return listAt(rule, 'http', 'paths').map((entry) =>
            route(host, textAt(entry, 'path') ?? '/', secretOf(host), `Ingress ${object.metadata.name}`),
          );
        });
      }
      if (isKind(object, 'gateway.networking.k8s.io', 'HTTPRoute')) {
        // TLS ends at the gateway's listener, which the route only names.
        return listAt(object, 'spec', 'hostnames').flatMap((host) =>
          listAt(object, 'spec', 'rules').flatMap((rule) =>
            listAt(rule, 'matches').map((match) =>
              route(String(host), textAt(match, 'path', 'value') ?? '/', 'gateway', `HTTPRoute ${object.metadata.name}`),
            ),
          ),
        );
      }
      return [];
    });
  });
}
