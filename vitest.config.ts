import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/announce-databases.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Inlined, so that type-graphql shares vitest's one copy of graphql: two copies refuse each other's schemas.
    server: { deps: { inline: ['type-graphql', '@apollo/server', '@as-integrations/fastify', 'graphql'] } },
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      exclude: ['src/dashboard/**', 'src/**/generated/**'],
      reporter: ['text', 'json-summary'],
      thresholds: { lines: 90, 'src/billing/**': { lines: 100 } },
    },
  },
});
