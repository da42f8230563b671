import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER } from './launcher/app/build.js';
import { FLIGHTS } from './launcher/demo/flights.js';
import { askFirstQuestion, PAGE } from './launcher/demo/page.js';
import { run } from './launcher/run.js';

const root = resolve(fileURLToPath(import.meta.url), '../..');

await run({ root, targets: [SERVER, PAGE], dataset: FLIGHTS, warmUp: askFirstQuestion });
