import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { yamlFiles } from './objects';
import { program } from './programs';

/**
 * How grave a checker calls a finding. Checkov keeps its severities for its paying users: its findings are `unrated`.
 */
export type Severity = 'high' | 'medium' | 'low' | 'unrated';

/** One thing that a checker found in one place. */
export interface Finding {
  readonly tool: 'kube-score' | 'checkov' | 'actionlint' | 'zizmor';
  /** The checker's name of the rule, such as `container-image-tag` or `CKV_K8S_43`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Relative to the folder that was checked. */
  readonly file: string;
  /** Counted from 1. */
  readonly line?: number;
  /** The Kubernetes object, as the checker names it. */
  readonly object?: string;
  readonly message: string;
}

/** Runs kube-score over the Kubernetes objects of a folder. Its grades: critical is high, warning is medium. */
export async function kubeScore(folder: string): Promise<readonly Finding[]> {
  const output = await run('kube-score', ['score', '--output-format', 'json', ...filesOf(folder)], [0, 1]);
  const critical = 1;
  const warning = 5;
  return ((JSON.parse(output) as ScoredObject[] | null) ?? []).flatMap(({ object_name, file_name, file_row, checks }) =>
    (checks ?? [])
      .filter(({ skipped, grade }) => !skipped && grade <= warning)
      .map(({ check, grade, comments }) => ({
        tool: 'kube-score' as const,
        rule: check.id,
        severity: grade <= critical ? ('high' as const) : ('medium' as const),
        file: relative(folder, file_name),
        line: file_row,
        object: object_name,
        message: [
          check.name,
          ...(comments ?? []).map(({ path, summary }) => [path, summary].filter((part) => part !== '').join(': ')),
        ].join('; '),
      })),
  );
}

interface ScoredObject {
  readonly object_name: string;
  readonly file_name: string;
  readonly file_row: number;
  readonly checks:
    | readonly {
        readonly check: { readonly id: string; readonly name: string };
        readonly grade: number;
        readonly skipped: boolean;
        readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
      }[]
    | null;
}

/** Runs Checkov, without network, over a folder of Kubernetes objects or of workflow files (the folder that holds `.github`). */
export async function checkov(folder: string, framework: 'kubernetes' | 'github_actions'): Promise<readonly Finding[]> {
  filesOf(folder);
  const args = ['--directory', '.', '--framework', framework, '--output', 'json', '--compact', '--quiet', '--skip-download'];
  const report = JSON.parse(await run('checkov', args, [0, 1], folder)) as CheckovReport | readonly CheckovReport[];
  return [report].flat().flatMap(({ results }) =>
    (results?.failed_checks ?? []).map((failed) => ({
      tool: 'checkov' as const,
      rule: failed.check_id,
      severity: 'unrated' as const,
      file: failed.file_path.replace(/^\//, ''),
      line: failed.file_line_range[0],
      object: failed.resource,
      message: failed.check_name,
    })),
  );
}

interface CheckovReport {
  /** Absent when there was nothing to check. */
  readonly results?: {
    readonly failed_checks: readonly {
      readonly check_id: string;
      readonly check_name: string;
      readonly file_path: string;
      readonly file_line_range: readonly number[];
      readonly resource: string;
    }[];
  };
}

/** Runs actionlint over the YAML files of a folder. What it reports, GitHub refuses or takes otherwise than meant: all high. */
export async function actionlint(folder: string): Promise<readonly Finding[]> {
  const output = await run('actionlint', ['-shellcheck=', '-pyflakes=', '-format', '{{json .}}', ...filesOf(folder)], [0, 1]);
  return (JSON.parse(output) as { kind: string; message: string; filepath: string; line: number }[]).map(
    ({ kind, message, filepath, line }) => ({
      tool: 'actionlint' as const,
      rule: kind,
      severity: 'high' as const,
      file: relative(folder, filepath),
      line,
      message,
    }),
  );
}

/** Runs zizmor, offline, over the workflow files of a folder. What it calls informational is low. */
export async function zizmor(folder: string): Promise<readonly Finding[]> {
  // 11 to 14: the gravest finding was informational, low, medium, high.
  const args = ['--offline', '--no-progress', '--strict-collection', '--format', 'json', ...filesOf(folder)];
  const output = await run('zizmor', args, [0, 11, 12, 13, 14]);
  return (JSON.parse(output) as ZizmorFinding[]).map(({ ident, desc, determinations, locations }) => {
    const place = locations.find(({ symbolic }) => symbolic.kind === 'Primary') ?? locations[0];
    const severity = determinations.severity.toLowerCase();
    return {
      tool: 'zizmor' as const,
      rule: ident,
      severity: severity === 'high' || severity === 'medium' ? severity : ('low' as const),
      file: relative(folder, place?.symbolic.key.Local?.verbatim_path ?? folder),
      line: place === undefined ? undefined : place.concrete.location.start_point.row + 1,
      message: [desc, place?.symbolic.annotation].filter((part) => part !== undefined && part !== '').join(': '),
    };
  });
}

interface ZizmorFinding {
  readonly ident: string;
  readonly desc: string;
  readonly determinations: { readonly severity: string };
  readonly locations: readonly {
    readonly symbolic: {
      readonly kind: string;
      readonly key: { readonly Local?: { readonly verbatim_path: string } };
      readonly annotation?: string;
    };
    readonly concrete: { readonly location: { readonly start_point: { readonly row: number } } };
  }[];
}

/** @throws when there are none, or one is not YAML: a checker that passes over what it cannot read would be content. */
function filesOf(folder: string): string[] {
  const files = yamlFiles(folder);
  if (files.length === 0) throw new Error(`${folder} holds no YAML file`);
  for (const file of files) {
    const fault = parseAllDocuments(readFileSync(file, 'utf8')).flatMap(({ errors }) => errors)[0];
    if (fault !== undefined) throw new Error(`${file}: ${fault.message}`);
  }
  return files;
}

/** @throws when the program ends with an exit code that does not mean "ran, with or without findings". */
function run(name: string, args: readonly string[], good: readonly number[], cwd?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8' };
    execFile(program(name), args, { cwd, env, maxBuffer: 256 * 1024 * 1024 }, (failure, stdout, stderr) => {
      const code = failure === null ? 0 : failure.code;
      if (typeof code === 'number' && good.includes(code)) resolve(stdout);
      else reject(new Error(`${name} ended with ${code}: ${stderr.trim().slice(-2000)}`));
    });
  });
}
