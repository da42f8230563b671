import { defineConfig } from 'vite';

/** The command as one file of plain JavaScript without dependencies, for the npm package: `npm pack` builds it. */
export default defineConfig({
  publicDir: false,
  build: {
    ssr: 'copy/run.ts',
    outDir: 'dist/copy',
    emptyOutDir: true,
    target: 'node20',
    minify: true,
    rolldownOptions: { output: { entryFileNames: 'run.js', banner: '#!/usr/bin/env node' } },
  },
  // TypeScript's compiler is CommonJS.
  define: { __filename: 'import.meta.filename' },
  ssr: { noExternal: true },
});
