const unit = require('../../jest.config.cjs');

/** The end-to-end tests: `npm run e2e`. Three at a time: each starts a cluster of its own, in 1.5 GB, and waits for much of its time. */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 3,
  testSequencer: '<rootDir>/test/e2e/longest-first.cjs',
  testTimeout: 300_000,
};
