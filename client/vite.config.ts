import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import { precompress } from './precompress.ts';

const root = import.meta.dirname;
/** Keeps the Host header of the browser, because the server compares it with the Origin. */
const proxied = { target: process.env.DEV_SERVER, changeOrigin: false };

/** Serves the light entry for shared links on the development server, as the real server does. */
const sharedPages = (): Plugin => ({
  name: 'shared-pages',
  configureServer({ middlewares }) {
    middlewares.use((request, _response, next) => {
      if (request.url?.startsWith('/s/')) request.url = '/shared.html';
      next();
    });
  },
});

export default defineConfig({
  root,
  cacheDir: path.join(root, '../node_modules/.vite'),
  plugins: [svelte({ configFile: false }), tailwindcss(), sharedPages(), precompress()],
  build: {
    outDir: path.join(root, '../dist/client'),
    emptyOutDir: true,
    target: 'es2022',
    // The content security policy allows no inline scripts, and no scripts and fonts from `data:` URLs.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { bundlerTimings: false },
      // Shared pages are a separate entry, so that a viewer loads no editor and no router.
      input: { app: path.join(root, 'index.html'), shared: path.join(root, 'shared.html') },
    },
  },
  server: {
    host: '127.0.0.1',
    fs: { allow: [path.join(root, '..')] },
    proxy: {
      '^/((api|v1)/|healthz|readyz)': proxied,
      '/socket.io': { ...proxied, ws: true },
    },
  },
});
