import { defineConfig } from 'vite';
import { compressed } from './page/compressed.js';
import { fontsAsFiles } from './page/fonts-as-files.js';
import { smallerTasks } from './page/smaller-tasks.js';

/** The page at `/graphql`, built into `dist/page`. */
export default defineConfig({
  root: 'page',
  base: '/graphiql/',
  logLevel: 'warn',
  plugins: [smallerTasks(), fontsAsFiles(), compressed()],
  worker: { format: 'es' },
  build: {
    outDir: '../dist/page',
    emptyOutDir: true,
    chunkSizeWarningLimit: 10_000,
    // Files of their own, and no `data:` URLs, keep the content security policy short.
    assetsInlineLimit: 0,
    rolldownOptions: { onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning) },
  },
});
