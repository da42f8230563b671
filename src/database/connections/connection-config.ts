import type { ClientConfig } from 'pg';
import type { DatabaseOptions } from '../database.options.js';
import type { DatabaseClientConfig } from './database-client.js';

/** How to connect: by URL, or with the options of the service's pool. */
export function connectionConfig(options: DatabaseOptions): ClientConfig {
  if ('pool' in options) {
    const { options: given } = options.pool;
    // pg hides the password from enumeration.
    return { ...given, ...(given.password !== undefined && { password: given.password }) };
  }
  const { url, schema } = options;
  return { connectionString: url, ...(schema !== undefined && { options: `-c search_path=${schema}` }) };
}

/** Adds settings to a configuration. Both may set parameters of the server in `options`. */
export function withSettings(connection: ClientConfig, settings: DatabaseClientConfig): DatabaseClientConfig {
  const options = [connection.options, settings.options].filter((text) => text !== undefined).join(' ');
  return { ...connection, ...settings, options };
}
