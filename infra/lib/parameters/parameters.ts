import { z } from 'zod';
import { findConflicts } from './parameter-conflicts.js';

const wholeNumber = (lowest: number, highest: number) =>
  z
    .int(`must be a whole number from ${lowest} to ${highest}`)
    .min(lowest, `must be a whole number from ${lowest} to ${highest}`)
    .max(highest, `must be a whole number from ${lowest} to ${highest}`);

const text = (pattern: RegExp, remedy: string) => z.string(remedy).regex(pattern, remedy);

const nodeType = text(
  /^cache\.[a-z0-9]+\.[a-z0-9]+$/,
  'must be an ElastiCache node type, such as cache.r7g.large',
);

const app = z.strictObject({
  /** A repository of ECR in the same account and region, and a tag that is never moved. */
  image: z.strictObject({
    repository: text(/^[a-z0-9][a-z0-9._/-]*$/, 'must be the name of an ECR repository, such as caching'),
    tag: text(/^[\w][\w.-]{0,127}$/, 'must be the tag of an image, such as 1.0.0'),
  }),
  /** CPU units of a task, 1024 for one vCPU. */
  cpu: z.literal([512, 1024, 2048, 4096], 'must be 512, 1024, 2048 or 4096'),
  memoryMiB: wholeNumber(1024, 30_720),
  tasks: z.strictObject({ min: wholeNumber(2, 100), max: wholeNumber(2, 100) }),
});

const database = z.strictObject({
  instanceType: text(
    /^[a-z0-9]+\.[a-z0-9]+$/,
    'must be an RDS instance type without "db.", such as r8g.large',
  ),
  storageGiB: wholeNumber(20, 65_536),
  backupDays: wholeNumber(1, 35),
});

const sessionsAndBoards = z.strictObject({
  engine: z.enum(['valkey', 'memcached'], 'must be valkey'),
  engineVersion: text(/^\d+\.\d+$/, 'must be a version of Valkey, such as 8.2'),
  nodeType,
  shards: wholeNumber(1, 90),
  /** Replicas of each shard. */
  replicas: wholeNumber(0, 5),
  durability: z.enum(['disabled', 'async', 'sync'], 'must be disabled, async or sync'),
  snapshotDays: wholeNumber(1, 35),
  /** Without it, the cluster keeps its size. */
  autoscaling: z.strictObject({ maxShards: wholeNumber(1, 90), maxReplicas: wholeNumber(1, 5) }).optional(),
});

/** Which fields belong to which deployment and engine: see findConflicts. */
const queryCache = z.strictObject({
  deployment: z.enum(['serverless', 'nodes'], 'must be serverless or nodes'),
  engine: z.enum(['valkey', 'memcached'], 'must be valkey or memcached'),
  /** Serverless: the most that it may store and do, which bounds its cost. */
  maxDataGiB: wholeNumber(1, 5000).optional(),
  maxEcpuPerSecond: wholeNumber(1000, 15_000_000).optional(),
  /** Nodes of either engine. */
  nodeType: nodeType.optional(),
  /** Nodes of Valkey. */
  shards: wholeNumber(1, 90).optional(),
  replicas: wholeNumber(0, 5).optional(),
  /** Nodes of Memcached. */
  nodes: wholeNumber(1, 60).optional(),
});

export const parametersSchema = z.strictObject({
  /** Prefix of all names in the account. */
  name: text(/^[a-z][a-z0-9]{1,14}$/, 'must be 2 to 15 lower-case letters and digits, such as caching'),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, such as eu-central-1'),
  zones: z.array(z.string(), 'must be a list of three zones').length(3, 'must be a list of three zones'),
  /** The tag cost-centre of every resource. */
  costCentre: text(/^[\w .:/=+@-]{1,128}$/, 'must be 1 to 128 letters, digits, spaces and .:/=+@-'),
  certificateArn: text(
    /^arn:aws[a-z-]*:acm:[^:]+:\d{12}:certificate\/\S+$/,
    'must be the ARN of a certificate of ACM',
  ),
  alarmEmail: z.email('must be an email address'),
  app,
  database,
  sessionsAndBoards,
  queryCache,
});

/** All parameters of the stack, validated. */
export type Parameters = Readonly<z.output<typeof parametersSchema>>;

/** Lists every wrong parameter, each with what to write instead. */
export class ParameterError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(
      [
        `${problems.length} ${problems.length === 1 ? 'parameter is' : 'parameters are'} wrong:`,
        ...problems,
      ].join('\n  '),
    );
    this.name = 'ParameterError';
  }
}

/** @throws {ParameterError} if a parameter is missing, unknown or wrong, or if two do not fit together. */
export function readParameters(input: unknown): Parameters {
  const result = parametersSchema.safeParse(input);
  const problems = result.success
    ? findConflicts(result.data)
    : result.error.issues.flatMap((issue) => explain(issue, input));
  if (problems.length > 0 || !result.success) throw new ParameterError(problems);
  return result.data;
}

function explain(issue: z.core.$ZodIssue, input: unknown): string[] {
  const path = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${path ? `${path}.` : ''}${key} is not a parameter. See infra/README.md for the list.`,
    );
  }
  if (valueAt(input, issue.path) === undefined)
    return [`${path || 'The file'} is missing. It ${expectation(issue)}.`];
  return [`${path || 'The file'} ${expectation(issue)}.`];
}

/** Zod's own message of a missing object begins in upper case and does not say what to write. */
function expectation({ message }: z.core.$ZodIssue): string {
  return message.startsWith('must') ? message : 'must be an object with the fields of infra/README.md';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    input,
  );
}
