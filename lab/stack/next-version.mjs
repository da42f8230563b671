import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/*
 * The next version of the app, as `deploy` rolls it out: loaded before the same build (`node --import`). The answers of two queries get one more
 * field. One of them gets a new version too, as its documentation says. The other one is the control: its version was forgotten.
 */
const CHANGES = { 'flights.flight': { schemaVersion: 2 }, 'flights.route': {} };

const { QueryCacheService } = await import(
  pathToFileURL(join(process.cwd(), 'dist/query-cache/index.js')).href
);
const { define } = QueryCacheService.prototype;

QueryCacheService.prototype.define = function defineNext(definition) {
  const change = CHANGES[definition.name];
  if (!change) return define.call(this, definition);
  const load = async (args, signal) => {
    const answer = await definition.load(args, signal);
    return answer && { ...answer, isNext: true };
  };
  return define.call(this, { ...definition, ...change, load });
};
