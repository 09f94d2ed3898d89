// Mutation testing: each part of the proof, of the comma pass and of the slot writers is changed for the worse, one
// change at a time, and some test must notice. `npm run test:mutation`; the last number is in bench/README.md.

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  mutate: [
    'src/templates/proof/**/*.ts',
    'src/templates/commas.ts',
    'src/templates/values.ts',
    'src/templates/compile.ts',
  ],
  testRunner: 'mocha',
  testRunnerNodeArgs: ['--import=tsx'],
  mochaOptions: {
    config: '.mocharc.json',
    // No braces: Stryker joins lists with commas before mocha reads them.
    spec: [
      'test/templates/proof/**/*.test.ts',
      'test/templates/commas.test.ts',
      'test/templates/slot-writers.test.ts',
      'test/templates/values.test.ts',
      'test/templates/compile.test.ts',
    ],
    // Random and exhaustive tests find the same mistakes, and would be run for each change.
    ignore: [
      'test/templates/proof/soundness.test.ts',
      'test/templates/proof/small.test.ts',
      'test/templates/proof/random/**',
    ],
  },
  plugins: ['@stryker-mutator/mocha-runner'],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  timeoutMS: 4000,
  reporters: ['clear-text', 'progress-append-only'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false, reportTests: false },
  tempDirName: '.stryker-tmp',
  // What the tests do not read is not copied.
  ignorePatterns: ['dist', 'data', 'coverage', 'reports', 'docs', 'bench', '.ci'],
  thresholds: { high: 90, low: 85, break: 85 },
  disableTypeChecks: true,
};
