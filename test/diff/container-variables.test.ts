import fc from 'fast-check';
import { fieldChanges } from '../../lib/diff/field-changes';
import { canonicalText } from '../../lib/diff/list-shapes';
import type { Json } from '../../lib/model/platform-model';
import { applied } from './applied';

interface Variable {
  readonly name: string;
  readonly value: string;
}

/**
 * What the kubelet makes of the variables of a container, as Kubernetes documents it: each sees those that stand before it; a reference to
 * anything else stays as it is written, and `$$` is a dollar sign. It knows nothing of how lists are compared.
 */
function made(variables: readonly Variable[]): Readonly<Record<string, string>> {
  const known: Record<string, string> = {};
  for (const { name, value } of variables)
    known[name] = value.replaceAll(/\$(?:\$|\(([^)]*)\))/g, (whole, other?: string) =>
      other === undefined ? '$' : (known[other] ?? whole),
    );
  return known;
}

const pods = (env: readonly Variable[]): Json => ({
  spec: { template: { spec: { containers: [{ name: 'api', env: env.map(({ name, value }) => ({ name, value })) }] } } },
});
const changesBetween = (before: readonly Variable[], after: readonly Variable[]) =>
  fieldChanges(pods(before), pods(after), { place: 'Deployment' });

const name = fc.constantFrom('A', 'B', 'C', 'D');
const part = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('x', 'y', '/', '$', '$$', '$(', '$(E)') },
  { weight: 2, arbitrary: name.map((one) => `$(${one})`) },
);
const value = fc.array(part, { maxLength: 3 }).map((parts) => parts.join(''));
const variables = fc.uniqueArray(fc.record({ name, value }), { selector: (one) => one.name, minLength: 2, maxLength: 4 });
/** A list and the same in another order, at times with another value or without one of its variables. */
const pair = variables.chain((before) =>
  fc
    .tuple(fc.shuffledSubarray([...before], { minLength: Math.max(0, before.length - 1) }), fc.option(value, { freq: 3 }))
    .map(
      ([after, other]) => [before, after.map((one, index) => (index === 0 && other !== null ? { ...one, value: other } : one))] as const,
    ),
);

const byName = (a: Variable, b: Variable): number => (a.name < b.name ? -1 : 1);

test('where nothing is reported of variables, the kubelet makes the same of them', () => {
  let decided = 0;
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const changes = changesBetween(before, after);
      const [was, is] = [made(before), made(after)];
      if (changes.length === 0) expect(was).toEqual(is);
      const isSame = canonicalText('Deployment', pods(before)) === canonicalText('Deployment', pods(after));
      expect(changes.length === 0).toBe(isSame);
      const isReordered = JSON.stringify([...before].sort(byName)) === JSON.stringify([...after].sort(byName));
      if (isReordered && Object.entries(was).some(([one, text]) => is[one] !== text)) decided++;
    }),
    { numRuns: 1000, seed: 20_261_121 },
  );
  expect(decided).toBeGreaterThan(20);
});

test('what is reported of variables makes such as the kubelet makes the same of', () => {
  fc.assert(
    fc.property(pair, ([before, after]) => {
      const result = applied(pods(before), changesBetween(before, after), 'Deployment') as unknown as {
        spec: { template: { spec: { containers: { env?: Variable[] }[] } } };
      };
      expect(made(result.spec.template.spec.containers[0]?.env ?? [])).toEqual(made(after));
    }),
    { numRuns: 1000, seed: 20_261_121 },
  );
});

test('variables that are made of none of the others may stand in any order', () => {
  const plain = fc.constantFrom('x', '$$', '$(E)', '$(PATH)', '$', 'A');
  fc.assert(
    fc.property(
      fc
        .uniqueArray(fc.record({ name, value: plain }), { selector: (one) => one.name })
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray([...list], { minLength: list.length }))),
      ([before, after]) => {
        expect(changesBetween(before, after)).toEqual([]);
      },
    ),
  );
});

test('the order of variables of which one is made of another is told by their names', () => {
  const [host, url] = [
    { name: 'HOST', value: 'db' },
    { name: 'URL', value: 'postgres://$(HOST)/shop' },
  ];
  expect(changesBetween([host, url], [url, host])).toEqual([
    { path: 'spec.template.spec.containers[api].env[order]', before: ['HOST', 'URL'], after: ['URL', 'HOST'] },
  ]);
});
