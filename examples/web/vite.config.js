import { defineConfig } from 'vite';

/** The page and the API share an origin, as they would behind a reverse proxy; cookie mode relies on it. */
const proxy = {
  '/graphql': { target: process.env.GRAPHQL_SERVER ?? 'http://127.0.0.1:4000', changeOrigin: false, ws: true },
};

export default defineConfig({
  root: import.meta.dirname,
  server: { host: '127.0.0.1', port: 5173, strictPort: true, proxy },
  preview: { host: '127.0.0.1', port: 5173, strictPort: true, proxy },
  build: { outDir: 'dist', emptyOutDir: true },
});
