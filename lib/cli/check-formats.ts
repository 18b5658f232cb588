import { annotationCommand } from '../report/workflow-command';
import type { Diagnostic } from '../values/diagnostic';
import { packageVersion } from './version';

/** Workflow commands that GitHub Actions shows as annotations, one a finding. */
export function githubAnnotations(diagnostics: readonly Diagnostic[], file: string): readonly string[] {
  return diagnostics.map((diagnostic) => {
    const { severity, code, name, path, message, given, expected, remedy, sequence = [] } = diagnostic;
    const harm = sequence.length === 0 ? [] : ['shortest way to harm', ...sequence.map((line, index) => `${index + 1} ${line}`)];
    const text = [message, `given ${given}`, `expected ${expected}`, `remedy ${remedy}`, ...harm].join('\n');
    return annotationCommand({ level: severity, title: `${code} ${name} ${path}`, message: text, file });
  });
}

/** Findings as SARIF 2.1.0; the constructs are logical locations, as a finding concerns what is compiled and no one line. */
export function sarifLog(diagnostics: readonly Diagnostic[], file: string): object {
  const rules = new Map(
    diagnostics.map(({ code, name, severity }) => [code, { id: code, name, defaultConfiguration: { level: severity } }]),
  );
  const ids = [...rules.keys()].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'stagegate', version: packageVersion(), rules: ids.map((id) => rules.get(id)) },
        },
        results: diagnostics.map(({ code, severity, path, message, given, expected, remedy, sequence, suppressedBecause }) => ({
          ruleId: code,
          ruleIndex: ids.indexOf(code),
          level: severity,
          message: { text: [message, `given: ${given}`, `expected: ${expected}`, `remedy: ${remedy}`, ...(sequence ?? [])].join('\n') },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: file.replaceAll('\\', '/') } },
              logicalLocations: [{ fullyQualifiedName: path }],
            },
          ],
          partialFingerprints: { 'stagegate/v1': `${code}:${path}` },
          ...(suppressedBecause === undefined ? {} : { suppressions: [{ kind: 'inSource', justification: suppressedBecause }] }),
        })),
      },
    ],
  };
}
