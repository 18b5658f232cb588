/** A Kubernetes cluster that Argo CD deploys to. */
export interface ArgoCdCluster {
  readonly kind: 'argo-cd';
  /** Name under which Argo CD knows the cluster, for instance `in-cluster`. */
  readonly name: string;
  /** Address of Argo CD for people. */
  readonly url: string;
  /** Namespace in which Argo CD and its Applications live. */
  readonly namespace: string;
  /** Version of Argo CD, which decides which fields may be emitted. */
  readonly version: string;
}

export type Cluster = ArgoCdCluster;

export interface ArgoCdClusterProps {
  /** Address of Argo CD for people; `https`, since credentials are entered there. */
  readonly url: string;
  /** Namespace of Argo CD. @default 'argocd' */
  readonly namespace?: string;
  /** Version of Argo CD, `major.minor` or more. @default '3.2' */
  readonly version?: string;
}

export const Cluster = {
  /** A cluster with Argo CD; `name` is what Argo CD calls the cluster. */
  argoCd(name: string, props: ArgoCdClusterProps): ArgoCdCluster {
    return { kind: 'argo-cd', name, url: props.url, namespace: props.namespace ?? 'argocd', version: props.version ?? '3.2' };
  },
};

/** A namespace on a Kubernetes cluster. */
export interface KubernetesTarget {
  readonly kind: 'kubernetes';
  readonly cluster: Cluster;
}

/** A Coolify server. Checked like every target; manifests are rendered for Kubernetes only. */
export interface CoolifyTarget {
  readonly kind: 'coolify';
  /** Address of the Coolify server. */
  readonly url: string;
}

export type Target = KubernetesTarget | CoolifyTarget;

export const Target = {
  kubernetes(cluster: Cluster): KubernetesTarget {
    return { kind: 'kubernetes', cluster };
  },
  coolify(props: { readonly url: string }): CoolifyTarget {
    return { kind: 'coolify', url: props.url };
  },
};

/** Argo CD applies the head of the environment's branch by itself, prunes and heals. */
export interface AutomaticSync {
  readonly kind: 'automatic';
}

/** The head of the environment's branch is what may run; a person applies it. */
export interface ManualSync {
  readonly kind: 'manual';
  /** Single sign-on group that may sync; nobody but administrators when absent. */
  readonly group?: string;
}

/** Pulumi applies the release recorded on the environment's branch. */
export interface PulumiSync {
  readonly kind: 'pulumi';
}

export type Sync = AutomaticSync | ManualSync | PulumiSync;

export const Sync = {
  automatic(): AutomaticSync {
    return { kind: 'automatic' };
  },
  manual(props: { readonly group?: string } = {}): ManualSync {
    return props.group === undefined ? { kind: 'manual' } : { kind: 'manual', group: props.group };
  },
  pulumi(): PulumiSync {
    return { kind: 'pulumi' };
  },
};

/** How the hosts of an environment are served with TLS. */
export type Tls =
  | { readonly kind: 'issuer'; readonly issuer: string }
  | { readonly kind: 'secret'; readonly secret: string }
  | { readonly kind: 'off' };

export const Tls = {
  /** A certificate from this cert-manager ClusterIssuer. */
  issuer(issuer: string): Tls {
    return { kind: 'issuer', issuer };
  },
  /** A TLS secret that exists in the environment's namespace. */
  secret(secret: string): Tls {
    return { kind: 'secret', secret };
  },
  /** Plain HTTP. */
  off(): Tls {
    return { kind: 'off' };
  },
};
