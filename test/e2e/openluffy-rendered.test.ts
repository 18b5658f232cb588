import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { actionlint, checkov, type Finding, kubeScore, zizmor } from './bed';

const example = join(__dirname, '..', '..', 'examples', '01-openluffy');
const rendered = join(example, 'rendered');
const repository = join(rendered, 'repositories', 'lebrick07', 'openluffy');

/** A finding that is accepted wherever the checker reports the rule for a file of this kind, and why. */
interface Accepted {
  readonly tool: string;
  readonly rule: string;
  /** Ending of the file's path. */
  readonly file: string;
  readonly reason: string;
}

const accepted = JSON.parse(readFileSync(join(example, 'accepted-findings.json'), 'utf8')) as readonly Accepted[];

describe('What OpenLuffy renders', () => {
  let findings: readonly Finding[];

  beforeAll(async () => {
    const folders = ['dev', 'preprod', 'prod'].map((environment) => join(rendered, environment));
    findings = [
      ...(await Promise.all(folders.flatMap((folder) => [kubeScore(folder), checkov(folder, 'kubernetes')]))).flat(),
      ...(await actionlint(repository)),
      ...(await zizmor(repository)),
    ];
  });

  const reasonOf = (finding: Finding): Accepted | undefined =>
    accepted.find(({ tool, rule, file }) => tool === finding.tool && rule === finding.rule && finding.file.endsWith(file));

  test('has nothing of high severity, but for what a checker does not know yet and GitHub itself takes', () => {
    const high = findings.filter(({ severity }) => severity === 'high');
    expect(high.filter((finding) => finding.tool !== 'actionlint' || !finding.message.startsWith('unexpected key "queue"'))).toEqual([]);
  });

  test('has at most ten findings, each accepted with its reason', () => {
    expect(findings.filter((finding) => reasonOf(finding) === undefined)).toEqual([]);
    expect(findings.length).toBeLessThanOrEqual(10);
    const used = new Set(findings.map(reasonOf));
    expect(accepted.filter((one) => !used.has(one))).toEqual([]);
    for (const { reason } of accepted) expect(reason.length).toBeGreaterThan(20);
  });
});
