import { type BuildTarget, SHARED_SOURCES } from '../app/build.js';

/** The page that the demo serves at `/`. */
export const PAGE: BuildTarget = {
  name: 'page',
  sources: ['web', ...SHARED_SOURCES],
  output: 'web/dist',
  command: ['node_modules/vite/bin/vite.js', 'build', 'web'],
};
