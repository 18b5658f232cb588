import * as k8s from '@pulumi/kubernetes';
import * as pulumi from '@pulumi/pulumi';

export interface ClusterProps {
  /** Kubeconfig of a cluster that exists; a real component would make the cluster here. */
  readonly kubeconfig: pulumi.Input<string>;
  /** Domain under which the cluster serves. */
  readonly domain: pulumi.Input<string>;
}

/** A cluster with what every cluster of the company has. It was here before stagegate. */
export class Cluster extends pulumi.ComponentResource {
  /** Reaches the cluster, for all that is made in it. */
  readonly provider: k8s.Provider;
  /** Host on which the cluster serves checkout, known when the ingress controller has its domain. */
  readonly host: pulumi.Output<string>;

  constructor(name: string, { kubeconfig, domain }: ClusterProps, options?: pulumi.ComponentResourceOptions) {
    super('acme:index:Cluster', name, {}, options);
    const provider = new k8s.Provider(
      name,
      {
        kubeconfig: pulumi.secret(kubeconfig),
        // However it is reached it is this cluster; without a name, another address or certificate means that all in it is made anew.
        // A component that makes clusters gives the id of the one that it made.
        clusterIdentifier: name,
        // What somebody changed with `kubectl edit` is taken back; without this the next update stops there.
        enablePatchForce: true,
      },
      { parent: this },
    );
    this.provider = provider;
    const ingress = new k8s.core.v1.Namespace(`${name}-ingress`, { metadata: { name: 'ingress' } }, { parent: this, provider });
    const settings = new k8s.core.v1.ConfigMap(
      `${name}-settings`,
      { metadata: { name: 'cluster', namespace: ingress.metadata.name }, data: { domain } },
      { parent: this, provider },
    );
    this.host = pulumi.interpolate`checkout.${settings.data.domain}`;
    this.registerOutputs({ host: this.host });
  }
}
