import a11y from 'eslint-plugin-jsx-a11y'
import hooks from 'eslint-plugin-react-hooks'
import { readdirSync } from 'node:fs'
import ts from 'typescript-eslint'

// Who may import whom: features → api, ui, lib; ui and lib know no product.
const features = readdirSync(new URL('./src/features', import.meta.url))
const forbid = (group, message) => ({ group, message })

const layers = [
  {
    files: ['src/lib/**', 'src/ui/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            forbid(['**/features/**'], 'lib and ui know nothing of the screens'),
            {
              regex: '/api/(?!types\\.ts$)',
              message: 'lib and ui fetch nothing; they may know the types of the nouns',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['src/api/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [forbid(['**/features/**', '**/ui/**'], 'api serves the screens, it does not know them')],
        },
      ],
    },
  },
  ...features.map((name) => ({
    files: [`src/features/${name}/**`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: features
            .filter((other) => other !== name)
            .map((other) =>
              forbid(
                [`**/${other}/*`],
                'features never import each other; src/root.tsx brings them together',
              ),
            ),
        },
      ],
    },
  })),
]

const onlyClientFetches = {
  files: ['src/**'],
  ignores: ['src/api/**'],
  rules: {
    'no-restricted-globals': [
      'error',
      { name: 'fetch', message: 'ask through src/api' },
      { name: 'XMLHttpRequest', message: 'ask through src/api' },
      { name: 'WebSocket', message: 'there is one, in src/api/live.ts' },
    ],
  },
}

const sizes = {
  files: ['src/**/*.{ts,tsx}'],
  ignores: ['**/*.test.*'],
  rules: {
    'max-lines': ['error', { max: 200, skipBlankLines: true }],
    'max-lines-per-function': ['error', { max: 100, skipBlankLines: true }],
  },
}

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/api/schema.gen.d.ts'] },
  ...ts.configs.recommended,
  a11y.flatConfigs.recommended,
  hooks.configs.flat['recommended-latest'] ?? hooks.configs['recommended-latest'],
  {
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'jsx-a11y/label-has-associated-control': ['error', { controlComponents: ['RoleSelect'], depth: 3 }],
      eqeqeq: 'error',
      'no-console': 'error',
      // The virtualizer hands out functions that change; nothing of it is memoised here.
      'react-hooks/incompatible-library': 'off',
    },
  },
  { files: ['e2e/**', 'dev/**', '*.js'], rules: { 'no-console': 'off' } },
  ...layers,
  onlyClientFetches,
  sizes,
)
