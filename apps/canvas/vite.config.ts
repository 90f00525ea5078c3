import { fileURLToPath } from 'node:url';
import solid from 'vite-plugin-solid';
import { defineConfig } from 'vitest/config';

const generated = fileURLToPath(new URL('../../generated/ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const server = process.env['SCAIFLOW_ORIGIN'] ?? 'http://127.0.0.1:8001';

/** Stores are reactive in Solid's browser build only: tests run without a DOM, but with that build. */
const solidBuild = (path: string): string =>
  fileURLToPath(new URL(`node_modules/solid-js/${path}`, import.meta.url));
const browserBuilds = {
  'solid-js/store': solidBuild('store/dist/store.js'),
  'solid-js/web': solidBuild('web/dist/web.js'),
  'solid-js': solidBuild('dist/solid.js'),
};

/** The scaiflow binary serves the canvas from its own origin (spec 12); in development the API is proxied. */
export default defineConfig(({ mode }) => ({
  plugins: [solid()],
  resolve: { alias: { generated, ...(mode === 'test' ? browserBuilds : {}) } },
  build: { outDir: 'dist', target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  worker: { format: 'es' },
  server: {
    host: '127.0.0.1',
    port: 5173,
    fs: { allow: [root] },
    proxy: {
      '/v1': { target: server, ws: true },
      '/oai': { target: server },
    },
  },
  test: {
    include: ['src/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['./vitest.setup.ts'],
    pool: 'threads',
    server: { deps: { inline: [/solid-js/] } },
  },
}));
