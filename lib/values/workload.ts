/** An image that is built from a Dockerfile in the source repository. */
export interface DockerfileBuild {
  readonly kind: 'dockerfile';
  /** Build context, a folder of the repository. */
  readonly context: string;
  /** Dockerfile, relative to the context. */
  readonly dockerfile: string;
}

/** An image that somebody else builds; releases name its digest. */
export interface ImageBuild {
  readonly kind: 'image';
  /** Repository of the image, without tag or digest. */
  readonly repository: string;
}

export type Build = DockerfileBuild | ImageBuild;

export const Build = {
  dockerfile(context: string, props: { readonly dockerfile?: string } = {}): DockerfileBuild {
    return { kind: 'dockerfile', context, dockerfile: props.dockerfile ?? 'Dockerfile' };
  },
  image(repository: string): ImageBuild {
    return { kind: 'image', repository };
  },
};

/** A reference to a value in a secret store; the value itself is never rendered. */
export interface ExternalSecretReference {
  readonly kind: 'external';
  /** Path in the store; `{environment}` and `{service}` are replaced. */
  readonly path: string;
  /** Key within the entry; the whole entry when absent. */
  readonly key?: string;
  /** Name of the ClusterSecretStore. */
  readonly store: string;
}

export type Secret = ExternalSecretReference;

export const Secret = {
  /** A value that External Secrets reads from a ClusterSecretStore. */
  external(path: string, props: { readonly key?: string; readonly store?: string } = {}): ExternalSecretReference {
    const store = props.store ?? 'default';
    return props.key === undefined ? { kind: 'external', path, store } : { kind: 'external', path, key: props.key, store };
  },
};

/** New pods replace old ones step by step. */
export interface RollingStrategy {
  readonly kind: 'rolling';
  /** Pods, or a percentage of them, that may be missing meanwhile. */
  readonly maxUnavailable: number | `${number}%`;
  /** Pods, or a percentage of them, that may exist beyond the wanted number. */
  readonly maxSurge: number | `${number}%`;
}

/** All old pods stop before new ones start. */
export interface RecreateStrategy {
  readonly kind: 'recreate';
}

export type Strategy = RollingStrategy | RecreateStrategy;

export const Strategy = {
  rolling(props: { readonly maxUnavailable?: number | `${number}%`; readonly maxSurge?: number | `${number}%` } = {}): RollingStrategy {
    return { kind: 'rolling', maxUnavailable: props.maxUnavailable ?? 0, maxSurge: props.maxSurge ?? 1 };
  },
  recreate(): RecreateStrategy {
    return { kind: 'recreate' };
  },
};

/** CPU and memory as Kubernetes quantities, for instance `100m` and `128Mi`. */
export interface Resources {
  readonly cpu?: string;
  readonly memory?: string;
}

/** A kind of Kubernetes object, as overrides name it. */
export interface Kind {
  readonly group: string;
  readonly kind: string;
}

const core = (kind: string): Kind => ({ group: '', kind });

export const Kind = {
  namespace: core('Namespace'),
  resourceQuota: core('ResourceQuota'),
  limitRange: core('LimitRange'),
  serviceAccount: core('ServiceAccount'),
  service: core('Service'),
  configMap: core('ConfigMap'),
  deployment: { group: 'apps', kind: 'Deployment' } as Kind,
  networkPolicy: { group: 'networking.k8s.io', kind: 'NetworkPolicy' } as Kind,
  ingress: { group: 'networking.k8s.io', kind: 'Ingress' } as Kind,
  horizontalPodAutoscaler: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' } as Kind,
  podDisruptionBudget: { group: 'policy', kind: 'PodDisruptionBudget' } as Kind,
  certificate: { group: 'cert-manager.io', kind: 'Certificate' } as Kind,
  externalSecret: { group: 'external-secrets.io', kind: 'ExternalSecret' } as Kind,
  application: { group: 'argoproj.io', kind: 'Application' } as Kind,
  appProject: { group: 'argoproj.io', kind: 'AppProject' } as Kind,
  /** Any other kind; `group` is empty for the core group. */
  of(group: string, kind: string): Kind {
    return { group, kind };
  },
};

/** One operation of a JSON Patch (RFC 6902). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string };
