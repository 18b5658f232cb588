const unit = require('../../jest.config.cjs');

/** The end-to-end tests: `npm run e2e`. They run one after the other, as each starts a cluster of its own. */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
  testTimeout: 300_000,
};
