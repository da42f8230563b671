import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../lib/create-app.js';
import { type Change, parametersWith } from './example-parameters.js';

/** Synthesises as `npm run synth` does, rules of cdk-nag included, into a temporary folder. */
export function synthesise(change: Change = {}) {
  const outdir = mkdtempSync(join(tmpdir(), 'caching-infra-'));
  const { app, stack } = createApp(parametersWith(change), outdir);
  app.synth();
  return { app, stack, template: Template.fromStack(stack) };
}
