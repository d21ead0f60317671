import { defineConfig } from 'vite';
import { compressed } from './page/compressed.js';

/** The page at `/console`, built into `dist/console`. */
export default defineConfig({
  root: 'page/console',
  base: '/console/',
  logLevel: 'warn',
  plugins: [compressed()],
  build: {
    outDir: '../../dist/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    // Of `'use client'`, which is for servers that render components.
    rolldownOptions: { onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning) },
  },
});
