/** Tests of whole deliveries on real git, which take longer than a person waits: `npm run deliveries`, and not `npm test`. */
module.exports = [
  'cli/comment',
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
  'preview-workflow/preview',
  'workflow-runner/runner',
].map((name) => `<rootDir>/test/${name}.test.ts`);
