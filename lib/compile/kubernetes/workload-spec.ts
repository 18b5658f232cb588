import type { SecretModel, StrategyModel } from '../../model/platform-model';
import type { Resources } from '../../values/workload';
import type { Labels } from './labels';
import type { Metadata } from './types';

/** What every object around a workload says: a service in an environment has one, and so has a workload in somebody's own chart. */
export interface WorkloadIdentity {
  readonly name: string;
  /** Absent where whoever applies the objects chooses the namespace. */
  readonly namespace?: string;
  readonly labels: Labels;
  /** What selects its pods; never changes for as long as it has its name. */
  readonly selector: Labels;
}

/** A container beside the main one. */
export interface SidecarSpec {
  readonly name: string;
  readonly image: string;
  readonly port?: number;
  readonly env: Readonly<Record<string, string>>;
  readonly requests: Resources;
  readonly limits: Resources;
}

/** A workload with every default filled in. */
export interface WorkloadSpec extends WorkloadIdentity {
  /** Image by its digest, or the text of a slot. */
  readonly image: string;
  readonly port: number;
  /** URL path that answers with success when it is healthy. */
  readonly health: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly replicas: number;
  readonly autoscaling?: Autoscaling;
  readonly strategy: StrategyModel;
  readonly requests: Resources;
  readonly limits: Resources;
  readonly env: Readonly<Record<string, string>>;
  readonly secrets: readonly SecretModel[];
  /** Directories the container may write to, each an emptyDir. */
  readonly writable: readonly string[];
  readonly sidecars: readonly SidecarSpec[];
  /** Seconds after which a rollout without progress counts as failed. */
  readonly progressSeconds: number;
}

export interface Autoscaling {
  readonly min: number;
  readonly max: number;
  readonly cpuPercent: number;
}

/** Pods that run at least while nothing is wrong. */
export function leastReplicas({ autoscaling, replicas }: Pick<WorkloadSpec, 'autoscaling' | 'replicas'>): number {
  return autoscaling?.min ?? replicas;
}

/** Metadata of an object that bears the name of its workload. */
export function metadataOf({ name, namespace, labels }: Omit<WorkloadIdentity, 'selector'>): Metadata {
  return { name, ...(namespace === undefined ? {} : { namespace }), labels };
}
