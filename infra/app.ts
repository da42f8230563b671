import { readFileSync } from 'node:fs';
import { createApp } from './lib/create-app.js';
import { ParameterError } from './lib/parameters/parameters.js';
import { resourceTable } from './lib/resource-table.js';

/** The CDK's own commands run this file as well; only `npm run synth` prints the table. */
const file = process.env.PARAMETERS ?? 'parameters.json';

try {
  const { app, stack } = createApp(
    JSON.parse(readFileSync(file, 'utf8')),
    process.env.CDK_OUTDIR ?? 'cdk.out',
  );
  app.synth();
  if (!process.env.CDK_OUTDIR) console.log(resourceTable(stack).join('\n'));
} catch (error) {
  if (!(error instanceof ParameterError)) throw error;
  console.error(`${file}: ${error.message}`);
  process.exitCode = 1;
}
