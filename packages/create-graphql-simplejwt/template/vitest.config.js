import { defineConfig } from 'vitest/config';

// What the compiler has built is tested: decorators with their metadata are its work.
export default defineConfig({ test: { include: ['dist/**/*.test.js'], exclude: [] } });
