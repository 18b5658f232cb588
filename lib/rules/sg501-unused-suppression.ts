import type { PlatformModel } from '../model/platform-model';
import type { Diagnostic } from '../values/diagnostic';
import type { Rule } from './rule';

export const unusedSuppression: Rule = {
  code: 'SG501',
  name: 'unused-suppression',
  severity: 'warning',
  explain: {
    title: 'a suppression that accepts nothing',
    refuses: 'A `platform.suppress(…)` whose code and path no finding has.',
    why: 'A suppression outlives the finding it was written for. Left in place, it accepts the next finding of that code without anybody having judged it.',
    example: "platform.suppress('SG108', { path: 'shop/staging-to-prod', reason: 'rolled forward' });  // nothing reports SG108 there",
    remedy: 'Remove the suppression, or correct its code or path.',
  },
  check: () => [],
};

/** Divides findings into those that the program accepts and the rest, and reports suppressions that accept nothing. */
export function suppress(
  model: PlatformModel,
  diagnostics: readonly Diagnostic[],
): { readonly remaining: Diagnostic[]; readonly suppressed: Diagnostic[]; readonly unused: Diagnostic[] } {
  const used = new Set<number>();
  const remaining: Diagnostic[] = [];
  const suppressed: Diagnostic[] = [];
  for (const diagnostic of diagnostics) {
    const index = model.suppressions.findIndex(
      ({ code, path }) => code === diagnostic.code && (path === undefined || path === diagnostic.path),
    );
    const suppression = model.suppressions[index];
    if (suppression === undefined) remaining.push(diagnostic);
    else {
      used.add(index);
      suppressed.push({ ...diagnostic, suppressedBecause: suppression.reason });
    }
  }
  const unused = model.suppressions.flatMap(({ code, path }, index): Diagnostic[] =>
    used.has(index)
      ? []
      : [
          {
            code: unusedSuppression.code,
            name: unusedSuppression.name,
            severity: unusedSuppression.severity,
            path: path ?? model.name,
            message: `a suppression of ${code} accepts nothing`,
            given: path === undefined ? `${code} on any path` : `${code} on ${path}`,
            expected: 'a finding with this code and path',
            remedy: 'remove the suppression, or correct its code or path',
          },
        ],
  );
  return { remaining, suppressed, unused };
}
