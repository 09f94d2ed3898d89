import js from '@eslint/js';
import tseslint from 'typescript-eslint';

const PURE = ['src/domain/**/*.ts', 'src/templates/**/*.ts', 'src/responses/**/*.ts'];

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', 'data/**', 'reports/**', '.stryker-tmp/**'] },
  // Their packages are installed only there; `npm run check` in that folder looks at them.
  { ignores: ['bench/peers/bullmq.ts', 'bench/peers/pg-boss.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            'eslint.config.js',
            'stryker.config.mjs',
            'scripts/*.mjs',
            'test/support/*.mjs',
            'test/faults/preload/*.mjs',
          ],
        },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'max-lines': ['error', { max: 300 }],
      'max-lines-per-function': ['error', { max: 50 }],
      complexity: ['error', 10],
      eqeqeq: 'error',
      'no-console': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      // It overflows the stack on recursive types such as Json (typescript-eslint 8.73).
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // `as` is allowed where a codec turns a row into a type; the layer test lists those files.
      '@typescript-eslint/no-unnecessary-type-assertion': 'error',
      // An empty interface or a `void` callback reads better than its workaround.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: PURE,
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Date', property: 'now', message: 'The clock is an argument in pure layers.' },
        { object: 'Math', property: 'random', message: 'Chance is an argument in pure layers.' },
        { object: 'process', property: 'env', message: 'Only config.ts reads the environment.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // A describe block is one function and holds many cases; a table test is long by nature.
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 500 }],
      // Test doubles satisfy async interfaces without awaiting anything.
      '@typescript-eslint/require-await': 'off',
      // Tests look into answers whose shape the schema check has just asserted.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  {
    files: ['**/*.mjs', 'eslint.config.js'],
    ...tseslint.configs.disableTypeChecked,
  },
  {
    files: ['scripts/**/*.mjs', 'test/support/*.mjs', 'test/faults/preload/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly', fetch: 'readonly' },
    },
    rules: { 'no-console': 'off' },
  },
);
