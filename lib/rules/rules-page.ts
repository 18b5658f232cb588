import type { Rule } from './rule';

/** The page `docs/rules.md`: all rules in a table, then one section for each. */
export function rulesPage(rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ code, name, severity, explain }) => `| [${code}](#${anchor(code, name)}) | ${severity} | \`${name}\` | ${explain.title} |`,
  );
  const sections = rules.map(({ code, name, severity, explain }) =>
    [
      `## ${code} ${name}`,
      `${sentence(explain.title)} (${severity})`,
      `**Refuses.** ${explain.refuses}`,
      `**Why.** ${explain.why}`,
      `\`\`\`ts\n${explain.example}\n\`\`\``,
      `**Remedy.** ${explain.remedy}`,
    ].join('\n\n'),
  );
  return `${[HEAD, ['| code | severity | name | what is wrong |', '|---|---|---|---|', ...rows].join('\n'), ...sections].join('\n\n')}\n`;
}

const HEAD = `# Rules of \`stagegate check\`

Written by \`npm run docs:rules\` from \`lib/rules\`. Rules read the declaration and what it compiles to, so that an override voids none of
them; \`stagegate explain CODE\` prints a section. A finding that is acceptable is listed with its reason:
\`platform.suppress('SG108', { path: 'shop/staging-to-prod', reason: '…' })\`. A rule that needs a fact which is not known says that it did
not check. Sequences of events come from the [explorer](explorer.md), within the bounds that are printed.`;

function anchor(code: string, name: string): string {
  return `${code.toLowerCase()}-${name}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
