// Whether examples/*/ holds what the command line writes today: rendered/ byte by byte, diagnostics.txt word by word.
//   node tools/build/examples.mjs           compares, rendering twice
//   node tools/build/examples.mjs --write   rewrites
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const cli = join(root, 'dist', 'cli', 'main.js');
const write = process.argv.includes('--write');

/** Runs the command line in an example's folder; the exit code has to be 0. */
function stagegate(folder, ...args) {
  const run = spawnSync(process.execPath, [cli, ...args], { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
  if (run.status !== 0) throw new Error(`stagegate ${args.join(' ')} ended with ${run.status}\n${run.stdout}${run.stderr}`);
  return run.stdout;
}

/** All files below a folder: path to bytes. */
function files(folder) {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(entries.map((entry) => join(entry.parentPath, entry.name)).map((path) => [relative(folder, path), readFileSync(path)]));
}

/** What differs between two folders, a line each. */
function differences(before, after) {
  const lines = [];
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    if (!before.has(path)) lines.push(`+ ${path}`);
    else if (!after.has(path)) lines.push(`- ${path}`);
    else if (!before.get(path).equals(after.get(path))) lines.push(`~ ${path}`);
  }
  return lines.sort();
}

/** Problems of one example; empty when it is as committed. */
function problemsOf(folder) {
  const scratch = mkdtempSync(join(tmpdir(), 'stagegate-example-'));
  try {
    const rendered = join(folder, 'rendered');
    const diagnostics = join(folder, 'diagnostics.txt');
    const found = stagegate(folder, 'check');
    stagegate(folder, 'render', '--out', join(scratch, 'once'));
    stagegate(folder, 'render', '--out', join(scratch, 'twice'));
    const once = files(join(scratch, 'once'));
    const unstable = differences(once, files(join(scratch, 'twice')));
    if (unstable.length > 0) return ['render writes other bytes the second time:', ...unstable];
    if (once.size === 0) return ['render writes nothing'];
    if (write) {
      rmSync(rendered, { recursive: true, force: true });
      cpSync(join(scratch, 'once'), rendered, { recursive: true });
      writeFileSync(diagnostics, found);
      return [];
    }
    const changed = differences(files(rendered), once);
    return [
      ...(changed.length > 0 ? ['rendered/ is not what render writes:', ...changed] : []),
      ...(existsSync(diagnostics) && readFileSync(diagnostics, 'utf8') === found
        ? []
        : ['diagnostics.txt is not what check prints:', found.trimEnd()]),
    ];
  } catch (error) {
    return [error.message];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** The README with the program, the findings and the picture of OpenLuffy as they are today. */
function readmeOfToday() {
  const folder = join(root, 'examples', '01-openluffy');
  const today = {
    ts: readFileSync(join(folder, 'platform.ts'), 'utf8'),
    text: stagegate(folder, 'check'),
    mermaid: stagegate(folder, 'graph', '--format', 'mermaid'),
  };
  return Object.entries(today).reduce(
    (text, [language, content]) =>
      text.replace(new RegExp(`^\`\`\`${language}\\n[^]*?^\`\`\`$`, 'm'), () => `\`\`\`${language}\n${content}\`\`\``),
    readFileSync(join(root, 'README.md'), 'utf8'),
  );
}

const examples = readdirSync(join(root, 'examples'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, 'examples', entry.name, 'platform.ts')))
  .map((entry) => entry.name)
  .sort();

let failed = 0;
for (const example of examples) {
  const problems = problemsOf(join(root, 'examples', example));
  console.log(`${problems.length === 0 ? 'ok   ' : 'FAIL '} examples/${example}`);
  for (const problem of problems) console.error(`      ${problem}`);
  if (problems.length > 0) failed += 1;
}
if (write) writeFileSync(join(root, 'README.md'), readmeOfToday());
else if (readFileSync(join(root, 'README.md'), 'utf8') !== readmeOfToday()) {
  console.error('FAIL  README.md does not show OpenLuffy as it is today');
  failed += 1;
}
if (failed > 0 && !write) console.error('if that is meant, run: npm run build && npm run examples -- --write, and read the difference');
console.log(`${examples.length + 1 - failed} passed, ${failed} failed`);
process.exit(failed === 0 && examples.length > 0 ? 0 : 1);
