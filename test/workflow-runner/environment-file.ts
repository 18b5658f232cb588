/**
 * The names and values that a step wrote into GITHUB_OUTPUT or GITHUB_ENV: `name=value` on a line, or several lines between
 * `name<<DELIMITER` and `DELIMITER`.
 *
 * @throws Error for what the runner refuses.
 */
export function readEnvironmentFile(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  while (lines.length > 0) {
    const line = lines.shift() ?? '';
    if (line === '') continue;
    const [, plain, value = ''] = /^([^=]*?)=(.*)$/.exec(line.includes('<<') && line.indexOf('<<') < line.indexOf('=') ? '' : line) ?? [];
    const [, several, delimiter = ''] = plain === undefined ? (/^(.+?)<<(.+)$/.exec(line) ?? []) : [];
    if (plain !== undefined && plain !== '') found[plain] = value;
    else if (several !== undefined) {
      const end = lines.indexOf(delimiter);
      if (end === -1) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`);
      found[several] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join('\n');
    } else throw new Error(`Invalid format '${line}'`);
  }
  return found;
}
