import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // Vite would take graphql's .mjs while packages get its .js from Node.js: two copies refuse each other's schemas.
  resolve: { alias: [{ find: /^graphql$/, replacement: fileURLToPath(import.meta.resolve('graphql')) }] },
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/announce-databases.ts', 'test/support/build-service.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/dashboard/**', 'src/**/generated/**'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 90, 'src/billing/**': { lines: 100 } },
    },
  },
});
