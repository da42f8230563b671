import { preact } from '@preact/preset-vite';
import { defineConfig } from 'vite';
import { compression } from 'vite-plugin-compression2';

const app = 'http://localhost:3000';

export default defineConfig({
  // The server sends the compressed files as they are.
  plugins: [preact(), compression({ logLevel: 'silent' })],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    // One entry and no lazy chunks: there is nothing to preload.
    modulePreload: false,
    // The server's policy allows no data: URLs beyond images, so every asset stays a file.
    assetsInlineLimit: 0,
  },
  server: {
    proxy: {
      '/api': app,
      '/textbook': app,
      '/health': app,
      '/docs': app,
      '/metrics': app,
      '/socket.io': { target: app, ws: true },
    },
  },
});
