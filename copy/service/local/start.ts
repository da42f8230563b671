import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER } from './launcher/app/build.js';
import { run } from './launcher/run.js';

const root = resolve(fileURLToPath(import.meta.url), '../..');

await run({ root, targets: [SERVER] });
