// The public surface of each door as a reviewed file: test/api-surface/<door>.api.md.
//   node tools/build/api.mjs           rewrites the files from dist/
//   node tools/build/api.mjs --check   fails when dist/ says something else than the files
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const folder = join(root, 'test', 'api-surface');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const check = process.argv.includes('--check');

mkdirSync(folder, { recursive: true });
let failed = 0;
let passed = 0;

for (const [door, target] of Object.entries(manifest.exports)) {
  if (typeof target === 'string') continue;
  const name = door === '.' ? manifest.name : `${manifest.name}-${basename(door)}`;
  const types = join(root, target.require.types);
  if (!existsSync(types)) {
    console.error(`${name}: ${target.require.types} is missing; run: npm run build`);
    process.exit(1);
  }
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(root, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: types,
      newlineKind: 'lf',
      compiler: { tsconfigFilePath: join(root, 'tsconfig.build.json'), skipLibCheck: true },
      apiReport: {
        enabled: true,
        reportFileName: `${name}.api.md`,
        reportFolder: folder,
        reportTempFolder: join(root, 'node_modules', '.cache', 'api-surface'),
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  const result = Extractor.invoke(config, {
    localBuild: !check,
    messageCallback: (message) => {
      if (message.messageId.startsWith('console-')) message.handled = true;
    },
  });
  if (check && result.apiReportChanged) {
    failed += 1;
    console.error(`${name}: the public surface is not what test/api-surface/${name}.api.md says; if that is meant, run: npm run api`);
  } else if (!result.succeeded && result.errorCount > 0) {
    failed += 1;
  } else {
    passed += 1;
    console.log(`${name}: ${result.apiReportChanged ? 'report written' : 'unchanged'}`);
  }
}

console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
