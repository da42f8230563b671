import { engineUrl } from '../values/engine-url.js';

/** Settings of src/query-cache and src/cache-manager. */
export const cacheSettings = {
  CACHE_ENGINE_URL: engineUrl.optional(),
};
