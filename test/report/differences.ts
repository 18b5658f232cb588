import fc from 'fast-check';
import type { Difference, EnvironmentDifference, FieldChange, ObjectChange } from '../../lib/diff/difference';
import type { Json } from '../../lib/model/platform-model';

export const BASE = '9c31f0a000000000000000000000000000000000';
export const HEAD = '4f2a1c8000000000000000000000000000000000';

/** A difference in which nothing changes, with these parts. */
export function differenceOf(parts: Partial<Difference> = {}): Difference {
  return {
    version: 1,
    platform: 'shop',
    base: { name: 'main', commit: BASE },
    head: { name: 'less-replicas', commit: HEAD },
    environments: [],
    repositories: [],
    policy: [],
    notCompared: [],
    ...parts,
  };
}

export function environmentOf(
  name: string,
  changes: readonly ObjectChange[],
  parts: Partial<EnvironmentDifference> = {},
): EnvironmentDifference {
  const resources = { pods: 4, requests: { cpu: 600, memory: 805306368 }, limits: {} };
  return {
    name,
    tier: 'production',
    lifecycle: 'active',
    action: 'keep',
    changes,
    blast: { services: ['backend'], hosts: [], before: resources, after: resources },
    ...parts,
  };
}

export function changeOf(parts: Partial<ObjectChange> = {}): ObjectChange {
  return {
    action: 'update',
    service: 'backend',
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    namespace: 'prod',
    name: 'backend',
    fields: [{ path: 'spec.replicas', before: 3, after: 1 }],
    meanings: [],
    ...parts,
  };
}

/** So many changed objects in three environments, no two alike. */
export function largeDifference(objects: number): Difference {
  const kinds = ['Deployment', 'Service', 'ConfigMap', 'NetworkPolicy', 'Ingress'];
  const environments = ['dev', 'preprod', 'prod'].map((name, index) => {
    const count = Math.floor((objects + 2 - index) / 3);
    const changes = Array.from({ length: count }, (_, at) =>
      changeOf({
        namespace: name,
        service: `service-${at % 200}`,
        kind: kinds[at % kinds.length] ?? 'Deployment',
        name: `service-${at}`,
        fields: [
          {
            path: 'spec.template.spec.containers[app].image',
            before: `ghcr.io/acme/app@sha256:${at}`,
            after: `ghcr.io/acme/app@sha256:${at + 1}`,
          },
          { path: 'data.config.yaml', before: `level: info\nport: ${at}\nname: x\n`, after: `level: debug\nport: ${at}\nname: x\n` },
        ],
        meanings:
          at % 400 === 0 ? [{ weight: 'risk', text: `replicas 3 → 1: the disruption budget of service-${at} no longer holds` }] : [],
      }),
    );
    return environmentOf(name, changes);
  });
  return differenceOf({ environments });
}

/** Any difference that has the shape of one, out of texts that a generator gives. */
export function anyDifference(text: fc.Arbitrary<string>): fc.Arbitrary<Difference> {
  const json: fc.Arbitrary<Json> = fc.oneof(
    text,
    fc.integer(),
    fc.constant(null),
    fc.array(text, { maxLength: 3 }),
    fc.dictionary(text, text, { maxKeys: 3 }),
  ) as fc.Arbitrary<Json>;
  const field: fc.Arbitrary<FieldChange> = fc.oneof(
    fc.record({ path: text, before: json, after: json }),
    fc.record({ path: text, after: json }),
    fc.record({ path: text, before: json }),
    fc.record({ path: text, secret: fc.constant(true as const) }),
  );
  const meaning = fc.record({ weight: fc.constantFrom('risk' as const, 'note' as const), text });
  const change = fc.record(
    {
      action: fc.constantFrom('create' as const, 'update' as const, 'replace' as const, 'rename' as const, 'delete' as const),
      service: text,
      apiVersion: text,
      kind: text,
      namespace: text,
      name: text,
      previous: fc.record({ name: text }),
      immutable: fc.array(text, { maxLength: 2 }),
      fields: fc.array(field, { maxLength: 4 }),
      object: fc.record({
        apiVersion: text,
        kind: text,
        metadata: fc.record({ name: text }),
        data: fc.dictionary(text, text, { maxKeys: 3 }),
      }),
      meanings: fc.array(meaning, { maxLength: 3 }),
      unexplained: fc.array(text, { maxLength: 2 }),
    },
    { requiredKeys: ['action', 'apiVersion', 'kind', 'name', 'fields', 'meanings'] },
  ) as fc.Arbitrary<ObjectChange>;
  const resources = fc.record({ pods: fc.nat(), requests: fc.record({ cpu: fc.nat(), memory: fc.nat() }), limits: fc.constant({}) });
  const environment = fc.record({
    name: text,
    tier: fc.constantFrom('development' as const, 'production' as const),
    lifecycle: fc.constant('active' as const),
    action: fc.constantFrom('create' as const, 'delete' as const, 'keep' as const),
    ways: fc.array(text, { maxLength: 2 }),
    changes: fc.array(change, { maxLength: 8 }),
    blast: fc.record({
      services: fc.array(text, { maxLength: 3 }),
      hosts: fc.array(text, { maxLength: 3 }),
      formerHosts: fc.array(text, { maxLength: 2 }),
      before: resources,
      after: resources,
    }),
  });
  const setting = fc.record(
    {
      action: fc.constantFrom('create' as const, 'update' as const, 'rename' as const, 'delete' as const),
      kind: fc.constantFrom('ruleset' as const, 'workflow' as const),
      name: text,
      previous: text,
      fields: fc.array(field, { maxLength: 3 }),
    },
    { requiredKeys: ['action', 'kind', 'name', 'fields'] },
  );
  const policy = fc.record(
    {
      subject: text,
      direction: fc.constantFrom('weaker' as const, 'stronger' as const, 'changed' as const),
      before: text,
      after: text,
      enforcedBefore: text,
      enforcedAfter: text,
      possibleNow: fc.array(text, { maxLength: 20 }),
    },
    { requiredKeys: ['subject', 'direction'] },
  );
  const side = fc.record({ name: text, commit: fc.oneof(text, fc.constant(HEAD)) }, { requiredKeys: ['name'] });
  return fc.record({
    version: fc.constant(1 as const),
    platform: text,
    base: side,
    head: side,
    environments: fc.array(environment, { maxLength: 4 }),
    repositories: fc.array(fc.record({ name: text, changes: fc.array(setting, { maxLength: 4 }) }), { maxLength: 2 }),
    policy: fc.array(policy, { maxLength: 4 }),
    notCompared: fc.array(fc.record({ what: text, why: text }), { maxLength: 3 }),
  }) as fc.Arbitrary<Difference>;
}
