import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { loadProgram } from '../../lib/cli/program-file';
import { bind } from '../../lib/compile/bind';
import { compile } from '../../lib/compile/compile';
import type { DesiredState } from '../../lib/desired/desired-state';
import type { Difference } from '../../lib/diff/difference';
import { differenceOf } from '../../lib/diff/difference-of';
import { policyDifference } from '../../lib/diff/policy/policy-changes';
import type { Intent } from '../../lib/explorer/intent';
import { resolve } from '../../lib/model/resolve';
import { intentOf } from '../../lib/rules/intent';
import type { SlotValue } from '../../lib/values/slot';

const folder = join(__dirname, '..', '..', 'examples', '01-openluffy');

/** A change of OpenLuffy such as people make: what they edit, in the files of the program. */
export interface ExampleChange {
  /** File below `examples/comments`, without its ending. */
  readonly name: string;
  /** Branch of the pull request. */
  readonly branch: string;
  /** What is done, in a sentence. */
  readonly what: string;
  /** Texts that are replaced, each found once, by file. */
  readonly edits: readonly { readonly file: 'platform.ts' | 'images.yaml'; readonly from: string; readonly to: string }[];
}

export const EXAMPLE_CHANGES: readonly ExampleChange[] = [
  {
    name: 'image-and-variable',
    branch: 'debug-backend',
    what: 'the backend gets another image and an environment variable',
    edits: [
      { file: 'images.yaml', from: 'b'.repeat(64), to: '1d'.repeat(32) },
      { file: 'platform.ts', from: "route: '/api',", to: "route: '/api',\n  env: { FEATURE_EXPORT: 'on' }," },
    ],
  },
  {
    name: 'replicas',
    branch: 'one-is-enough',
    what: 'production runs one backend in place of three',
    edits: [{ file: 'platform.ts', from: 'replicas: 3,', to: 'replicas: 1,' }],
  },
  {
    name: 'gate-removed',
    branch: 'ship-faster',
    what: 'nobody has to approve what goes to production any more',
    edits: [{ file: 'platform.ts', from: ", Gate.approvals({ total: 1, including: [{ team: 'engineers' }] })", to: '' }],
  },
  {
    name: 'new-environment',
    branch: 'add-qa',
    what: 'an environment for testers is added beside preprod',
    edits: [
      {
        file: 'platform.ts',
        from: 'export const prod = new Environment(',
        to: "export const qa = new Environment(platform, 'qa', { tier: Tier.staging, target: Target.kubernetes(cluster) });\nexport const prod = new Environment(",
      },
      {
        file: 'platform.ts',
        from: "new PromotionPolicy(platform, 'preprod-to-prod', {",
        to: "new PromotionPolicy(platform, 'dev-to-qa', { from: dev, to: qa, gates: [Gate.healthy()] });\nnew PromotionPolicy(platform, 'preprod-to-prod', {",
      },
    ],
  },
  {
    name: 'host-and-tls',
    branch: 'shop-domain',
    what: 'production moves to another host, with a certificate that an issuer of the cluster makes',
    edits: [
      { file: 'platform.ts', from: "  host: 'openluffy.local',", to: "  host: 'shop.openluffy.local',\n  tls: Tls.issuer('letsencrypt')," },
    ],
  },
  {
    name: 'service-renamed',
    branch: 'web',
    what: 'the frontend is called web',
    edits: [
      { file: 'platform.ts', from: "new ServiceStack(platform, 'frontend', {", to: "new ServiceStack(platform, 'web', {" },
      { file: 'images.yaml', from: 'frontend: ', to: 'web: ' },
    ],
  },
];

interface Compiled {
  /** As it is compiled, with open slots. */
  readonly desired: DesiredState;
  readonly bound: DesiredState;
  readonly intent: Intent;
}

/** OpenLuffy as it is, or with these edits, compiled and filled with its images and other values. */
export async function compiledWith(edits: ExampleChange['edits'] = []): Promise<Compiled> {
  const scratch = mkdtempSync(join(tmpdir(), 'stagegate-example-'));
  try {
    const text = (file: string): string =>
      edits
        .filter((edit) => edit.file === file)
        .reduce(
          (all, { from, to }) => {
            if (all.split(from).length !== 2) throw new Error(`${file} does not hold "${from}" once`);
            return all.replace(from, () => to);
          },
          readFileSync(join(folder, file), 'utf8'),
        );
    const program = text('platform.ts').replace(
      '  Tier,\n',
      edits.some(({ to }) => to.includes('Tls.')) ? '  Tier,\n  Tls,\n' : '  Tier,\n',
    );
    writeFileSync(join(scratch, 'platform.ts'), program);
    const { platform } = await loadProgram({ folder: scratch, note: () => undefined, isTemporary: true });
    const model = resolve(platform);
    const images = Object.entries(parse(text('images.yaml')) as Record<string, string>).map(([name, image]) => [`image/${name}`, image]);
    const values = { ...Object.fromEntries(images), ...parse(readFileSync(join(folder, 'values.yaml'), 'utf8')) } as Record<
      string,
      SlotValue
    >;
    const desired = compile(model);
    return { desired, bound: bind(desired, values), intent: intentOf(model) };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The difference that a change makes, as `stagegate diff` has it. */
export function differenceBetween(base: Compiled, head: Compiled, branch: string): Difference {
  const sides = {
    base: { name: 'main', commit: '9c31f0a4de1b8a52f0c7736be6a2b1d0f7c4e581' },
    head: { name: branch, commit: 'b7e2d10c95f4a86e3d21f0947be05d913a6f20cc' },
  };
  const objects = differenceOf(base.bound, head.bound, sides);
  const { policy, notCompared } = policyDifference(base, head);
  return { ...objects, policy, notCompared: [...objects.notCompared, ...notCompared] };
}
