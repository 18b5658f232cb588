const unit = require('../../jest.config.cjs');

/** Delivery killed at every call that others see, and run many times at once: `npm run faults`. */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: [
    '<rootDir>/test/delivery/faults.test.ts',
    '<rootDir>/test/delivery/races.test.ts',
    '<rootDir>/test/delivery/local/processes.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/'],
};
