/** Tests of whole deliveries on real git, which take longer than a person waits: `npm run deliveries`, and not `npm test`. */
module.exports = [
  'cli/delivery',
  'cli/github',
  'delivery/deliver',
  'delivery/faults',
  'delivery/host/github-contract',
  'delivery/host/github-faults',
  'delivery/host/github-promotion',
  'delivery/host/github-store',
  'delivery/local/pre-receive',
  'delivery/local/processes',
  'delivery/races',
  'delivery/rollback',
  'delivery/status',
].map((name) => `<rootDir>/test/${name}.test.ts`);
