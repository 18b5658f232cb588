const unit = require('../../jest.config.cjs');

/** The end-to-end tests: `npm run e2e`. Two at a time: each starts a cluster of its own, in a gigabyte, and waits for most of its time. */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 2,
  testTimeout: 300_000,
};
