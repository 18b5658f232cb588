const unit = require('../../jest.config.cjs');

/**
 * Deliveries on real git, from source to production and back: killed at every call that others see, run many times at once, and driven by
 * the command line.
 */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: require('./deliveries.cjs'),
  testPathIgnorePatterns: ['/node_modules/'],
};
