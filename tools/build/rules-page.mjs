// Writes docs/rules.md from the pages that the rules carry.
//   node tools/build/rules-page.mjs
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const load = createJiti(import.meta.url);
const { RULES } = await load.import(join(root, 'lib/rules/rules.ts'));
const { rulesPage } = await load.import(join(root, 'lib/rules/rules-page.ts'));
writeFileSync(join(root, 'docs', 'rules.md'), rulesPage(RULES));
