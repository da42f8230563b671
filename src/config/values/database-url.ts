import { Client } from 'pg';
import { z } from 'zod';

/** URL parameters that the driver or the server reads. Any other is a spelling mistake. */
const DATABASE_PARAMETERS = new Set([
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'application_name',
  'uselibpqcompat',
]);
const SSL_MODES = new Set(['disable', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']);

export const databaseUrl = z
  .string()
  .refine(
    isPostgresUrl,
    'is not a PostgreSQL URL. Write postgres://user:password@host:5432/database, the password percent-encoded.',
  )
  .refine(hasKnownParameters, {
    message: `has a parameter that is not known or has a wrong value. Use ${[...DATABASE_PARAMETERS].join(', ')}; sslmode is one of ${[...SSL_MODES].join(', ')}.`,
    when: ({ value }) => isPostgresUrl(value),
  })
  .refine(isReadByDriver, {
    message:
      'cannot be read by the driver. Percent-encode user, password and database, and name certificate files that can be read.',
    when: ({ value }) => isPostgresUrl(value),
  });

function hasKnownParameters(text: string): boolean {
  return [...new URL(text).searchParams].every(
    ([name, value]) => DATABASE_PARAMETERS.has(name) && (name !== 'sslmode' || SSL_MODES.has(value)),
  );
}

/** The driver itself parses the URL only when it connects, which is too late to report it. */
function isReadByDriver(text: string): boolean {
  try {
    return new Client({ connectionString: text }).database !== '';
  } catch {
    return false;
  }
}

function isPostgresUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !URL.canParse(text)) return false;
  const { protocol, hostname, pathname, hash } = new URL(text);
  return /^postgres(ql)?:$/.test(protocol) && hostname !== '' && pathname.length > 1 && hash === '';
}
