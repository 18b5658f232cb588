import { libFiles, parse, usesOfTheOutside } from './source-files';

const pure = /^lib\/(?:[a-z-]+\.ts|(?:values|model|compile|desired|rules|explorer|diff|kubernetes)\/)/;
/** Programs that run in a process of their own: the command line, and the hook that git calls. */
const programs = /^lib\/(?:(?:cli|start)\/|delivery\/local\/pre-receive\.ts$)/;

test('everything up to a bound desired state reads no clock, chance, environment, terminal or network', () => {
  const files = libFiles().filter((file) => pure.test(file.path));
  expect(files.length).toBeGreaterThan(5);
  expect(files.flatMap(usesOfTheOutside)).toEqual([]);
});

test('only programs print, exit or read arguments', () => {
  const uses = libFiles()
    .filter((file) => !programs.test(file.path))
    .flatMap(usesOfTheOutside)
    .filter((use) => / (?:console|process\.(?:exit|argv|stdout|stderr))/.test(use));
  expect(uses).toEqual([]);
});

test.each([
  ['const t = Date.now();', 'Date.now'],
  ['const t = new Date();', 'new Date()'],
  ['const t = new Date;', 'new Date()'],
  ['const t = Date();', 'Date()'],
  ['const t = process.env.HOME;', 'process.env'],
  ['process.exit(1);', 'process.exit'],
  ['const t = Math.random();', 'Math.random'],
  ['setTimeout(() => {}, 1);', 'setTimeout'],
  ["console.log('x');", 'console'],
  ["fetch('x');", 'fetch'],
  ["require('x');", 'require'],
])('the check of purity sees %s', (text, what) => {
  expect(usesOfTheOutside(parse('lib/x.ts', text))).toEqual([`lib/x.ts:1 ${what}`]);
});

test.each([
  "const t = new Date('2026-01-01');",
  "const t = 'Date.now()';",
  '// Date.now()\nexport {};',
  'const t = spec.process;',
  'const t = { console: 1 };',
])('the check of purity lets %s pass', (text) => {
  expect(usesOfTheOutside(parse('lib/x.ts', text))).toEqual([]);
});
