const unit = require('../../jest.config.cjs');

/** Traces and counterexamples of the explorer, replayed on the GitHub emulator. */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/explorer-on-github/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Every event is several calls and several processes.
  testTimeout: 1_800_000,
};
