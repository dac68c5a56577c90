/** Builds the pages into dist/pages, packed, for the server to embed. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { packAssets } from './build/pack.ts';

const server = process.env['PUNCHCARD_URL'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  // Every page is a file of its own: the development server must not answer an unknown path with one.
  appType: 'mpa',
  plugins: [react(), packAssets({ budgetBytes: 6_000_000 })],
  build: {
    outDir: 'dist/pages',
    emptyOutDir: true,
    target: 'es2022',
    // The policy of the pages allows files of the server only, so nothing is put inline.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    license: { fileName: 'licenses.md' },
    chunkSizeWarningLimit: 4_000,
    reportCompressedSize: false,
    rolldownOptions: {
      input: ['index.html', 'graphiql.html'],
      // Hints to React's compiler in what is compiled already.
      checks: { moduleLevelDirective: false },
    },
  },
  server: {
    // Hot reload beside a running server: `npm run dev`.
    proxy: Object.fromEntries(
      ['/graphql', '/health', '/metrics', '/odata', '/sync'].map((path) => [path, { target: server, ws: true }]),
    ),
  },
  worker: { format: 'es' },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}', 'build/**/*.test.ts'] },
});
