const deliveries = require('./test/delivery/deliveries.cjs');

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/lib', '<rootDir>/test'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Run apart, as they take longer than a person waits: npm run e2e, requirements, deliveries, replay.
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/e2e/',
    '<rootDir>/test/requirements/',
    '<rootDir>/test/explorer-on-github/',
    ...deliveries,
  ],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
  moduleNameMapper: {
    '^stagegate$': '<rootDir>/lib/index.ts',
    '^stagegate/([a-z]+)$': '<rootDir>/lib/$1/index.ts',
    // GitHub's workflow parser is published as ES modules that import JSON; jest translates them.
    '^@actions/(workflow-parser|expressions)$': '<rootDir>/node_modules/@actions/$1/dist/index.js',
    '^@actions/(workflow-parser|expressions)/(.*)$': '<rootDir>/node_modules/@actions/$1/dist/$2',
  },
  transformIgnorePatterns: [
    '/node_modules/(?!@actions/|@octokit/|before-after-hook/|universal-|json-with-bigint/|content-type/|toad-cache/|micromark|decode-named-character-reference|character-entities|devlop)',
  ],
  transform: {
    '^.+\\.(ts|js)$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2022', keepClassNames: true },
        module: { type: 'commonjs' },
      },
    ],
  },
  // What failed is repeated below all that the tests say.
  reporters: [['default', { summaryThreshold: 0 }]],
  maxWorkers: 2,
  testTimeout: 30_000,
};
