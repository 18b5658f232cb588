export type { ImageReference } from '../values/image';
export type { DeploymentObject } from './adopted-deployment';
export type { EnvironmentValues, ReleaseRecord } from './bound-environment';
export { EnvironmentChart, type EnvironmentChartProps } from './environment-chart';
export type { ForeignObject } from './place';
export type { ServiceObject, ServicePort, ServiceTarget } from './service-target';
export { type CommonIngressProps, TlsIngress, type TlsIngressProps } from './tls-ingress';
export { type AdoptedWorkloadProps, type CommonWorkloadProps, Workload, type WorkloadProps } from './workload';
