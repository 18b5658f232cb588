import type { k8s } from 'cdk8s-plus-28';

/** A generated type as the JSON that the API server takes: classes around quantities and ports are their plain values. */
type Plain<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends Date
    ? string
    : [T, k8s.Quantity] extends [k8s.Quantity, T]
      ? number | string
      : T extends readonly (infer Item)[]
        ? readonly Plain<Item>[]
        : { readonly [K in keyof T]: K extends 'preStop' ? Hook : Plain<T[K]> };

/** A hook of a container's life; `sleep` is younger than the generated types. */
interface Hook {
  readonly sleep: { readonly seconds: number };
}

export type Container = Plain<k8s.Container>;
export type DeploymentSpec = Plain<k8s.DeploymentSpec>;
export type NetworkPolicyIngressRule = Plain<k8s.NetworkPolicyIngressRule>;
export type NetworkPolicyEgressRule = Plain<k8s.NetworkPolicyEgressRule>;
export type NetworkPolicyPeer = Plain<k8s.NetworkPolicyPeer>;
export type PodSpec = Plain<k8s.PodSpec>;

/** What every object says beside its own content. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

/** An Application of Argo CD, as far as it is emitted. */
export interface ApplicationSpec {
  readonly project: string;
  readonly source: {
    readonly repoURL: string;
    readonly targetRevision: string;
    readonly path: string;
    readonly directory: { readonly recurse: boolean };
  };
  readonly destination: { readonly name: string; readonly namespace: string };
  readonly syncPolicy: {
    readonly automated?: { readonly prune: boolean; readonly selfHeal: boolean };
    readonly syncOptions: readonly SyncOption[];
    readonly retry: {
      readonly limit: number;
      readonly backoff: { readonly duration: string; readonly factor: number; readonly maxDuration: string };
    };
  };
  readonly revisionHistoryLimit: number;
}

/** The sync options that are emitted; Argo CD takes any text and ignores what it does not know. */
export type SyncOption = 'ServerSideApply=true' | 'PruneLast=true';

/** Kinds by their API group. */
export interface GroupKind {
  readonly group: string;
  readonly kind: string;
}

/** An AppProject of Argo CD, as far as it is emitted. */
export interface AppProjectSpec {
  readonly description: string;
  readonly sourceRepos: readonly string[];
  readonly destinations: readonly { readonly name: string; readonly namespace: string }[];
  readonly clusterResourceWhitelist: readonly GroupKind[];
  readonly namespaceResourceWhitelist: readonly GroupKind[];
  readonly orphanedResources: { readonly warn: boolean; readonly ignore: readonly (GroupKind & { readonly name: string })[] };
  readonly roles?: readonly {
    readonly name: string;
    readonly description: string;
    readonly groups: readonly string[];
    readonly policies: readonly string[];
  }[];
}

/** A Certificate of cert-manager, as far as it is emitted. */
export interface CertificateSpec {
  readonly secretName: string;
  readonly dnsNames: readonly string[];
  readonly issuerRef: { readonly group: 'cert-manager.io'; readonly kind: 'ClusterIssuer'; readonly name: string };
  readonly privateKey: { readonly algorithm: 'ECDSA'; readonly size: 256; readonly rotationPolicy: 'Always' };
  readonly usages: readonly string[];
}

/** An ExternalSecret of External Secrets, as far as it is emitted; defaults are spelled out, or Argo CD sees them as differences. */
export interface ExternalSecretSpec {
  readonly refreshInterval: string;
  readonly secretStoreRef: SecretStoreReference;
  readonly target: { readonly name: string; readonly creationPolicy: 'Owner'; readonly deletionPolicy: 'Retain' };
  readonly data: readonly {
    readonly secretKey: string;
    readonly remoteRef: {
      readonly key: string;
      readonly property?: string;
      readonly conversionStrategy: 'Default';
      readonly decodingStrategy: 'None';
      readonly metadataPolicy: 'None';
    };
    readonly sourceRef?: { readonly storeRef: SecretStoreReference };
  }[];
}

interface SecretStoreReference {
  readonly kind: 'ClusterSecretStore';
  readonly name: string;
}

/** The kinds that are emitted, by apiVersion and kind, with what they hold beside `metadata`. */
export interface EmittedKinds {
  'v1/Namespace': { readonly spec?: Plain<k8s.NamespaceSpec> };
  'v1/ResourceQuota': { readonly spec: Plain<k8s.ResourceQuotaSpec> };
  'v1/LimitRange': { readonly spec: Plain<k8s.LimitRangeSpec> };
  'v1/ServiceAccount': Pick<Plain<k8s.KubeServiceAccountProps>, 'automountServiceAccountToken' | 'imagePullSecrets'>;
  'v1/ConfigMap': Pick<Plain<k8s.KubeConfigMapProps>, 'data' | 'immutable'>;
  'v1/Service': { readonly spec: Plain<k8s.ServiceSpec> };
  'apps/v1/Deployment': { readonly spec: DeploymentSpec };
  'autoscaling/v2/HorizontalPodAutoscaler': { readonly spec: Plain<k8s.HorizontalPodAutoscalerSpecV2> };
  'policy/v1/PodDisruptionBudget': { readonly spec: Plain<k8s.PodDisruptionBudgetSpec> };
  'networking.k8s.io/v1/NetworkPolicy': { readonly spec: Plain<k8s.NetworkPolicySpec> };
  'networking.k8s.io/v1/Ingress': { readonly spec: Plain<k8s.IngressSpec> };
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicy': { readonly spec: Plain<k8s.ValidatingAdmissionPolicySpecV1Alpha1> };
  'admissionregistration.k8s.io/v1/ValidatingAdmissionPolicyBinding': {
    readonly spec: Plain<k8s.ValidatingAdmissionPolicyBindingSpecV1Alpha1>;
  };
  'cert-manager.io/v1/Certificate': { readonly spec: CertificateSpec };
  'external-secrets.io/v1/ExternalSecret': { readonly spec: ExternalSecretSpec };
  'argoproj.io/v1alpha1/AppProject': { readonly spec: AppProjectSpec };
  'argoproj.io/v1alpha1/Application': { readonly spec: ApplicationSpec };
}
