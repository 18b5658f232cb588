const unit = require('../../jest.config.cjs');

/** What is shown of the five systems: `npm run requirements`. */
module.exports = {
  ...unit,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/requirements/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
};
