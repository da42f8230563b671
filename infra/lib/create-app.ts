import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CachingStack } from './caching-stack.js';
import { readParameters } from './parameters/parameters.js';

/**
 * The app of the CDK, checked by the rules of AWS Solutions when it is synthesised.
 *
 * @throws {ParameterError} listing every wrong parameter.
 */
export function createApp(parameters: unknown, outdir?: string): { app: App; stack: CachingStack } {
  const app = new App({ analyticsReporting: false, outdir });
  const read = readParameters(parameters);
  const stack = new CachingStack(app, read.name, read);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return { app, stack };
}
