import path from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig, type Plugin } from 'vite';
import { precompress } from './precompress.ts';

const root = import.meta.dirname;
/** The Host stays what the browser sent, for the server compares it with the Origin. */
const proxied = { target: process.env.DEV_SERVER, changeOrigin: false };

/** What the server does with the address of a shared link, for the development server too. */
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
    // The content security policy allows neither data: scripts and fonts nor inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      checks: { bundlerTimings: false },
      // The page of a shared link is an entry of its own, so that a reader loads no editor and no socket.
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
