import type { KubernetesObject } from './objects';

/** What the API server is to refuse. */
export interface Refused {
  /** API group, empty for the core group. */
  readonly group: string;
  /** Plural of the kind, such as `applications`. */
  readonly resource: string;
  /** Name of the one object that may not be made. */
  readonly name: string;
  /** What the API server says. */
  readonly message: string;
}

/** An admission policy called `frozen` and its binding: with them an API server takes everything but one object. Delete both to end it. */
export function refusal({ group, resource, name, message }: Refused): readonly KubernetesObject[] {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: 'frozen' };
  const resourceRules = [{ apiGroups: [group], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] }];
  const validations = [{ expression: `object.metadata.name != '${name}'`, message }];
  const policy = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicy',
    metadata,
    spec: { failurePolicy: 'Fail', matchConstraints: { resourceRules }, validations },
  };
  const binding = {
    apiVersion,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata,
    spec: { policyName: 'frozen', validationActions: ['Deny'] },
  };
  return [policy, binding];
}
