import { createApp } from './lib/create-app.js';
import { readParameterFile } from './lib/parameters/parameter-file.js';
import { ParameterError } from './lib/parameters/parameters.js';
import { resourceTable } from './lib/resource-table.js';

const file = process.env.PARAMETERS ?? 'parameters.json';
/** Set by the commands of the CDK, which run this file as well. */
const { CDK_OUTDIR } = process.env;

try {
  const { app, stack } = createApp(readParameterFile(file), CDK_OUTDIR ?? 'cdk.out');
  app.synth();
  if (!CDK_OUTDIR) console.log(resourceTable(stack).join('\n'));
} catch (error) {
  if (!(error instanceof ParameterError)) throw error;
  console.error(`${file}: ${error.message}`);
  process.exitCode = 1;
}
