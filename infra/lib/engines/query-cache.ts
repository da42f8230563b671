import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import type { Network } from '../network.js';
import type { Parameters } from '../parameters/parameters.js';
import { createMemcached } from './query-cache.memcached.js';
import { createNodes } from './query-cache.nodes.js';
import { createServerless } from './query-cache.serverless.js';

export interface QueryCacheProps {
  parameters: Parameters;
  network: Network;
  key: IKey;
}

/** What each variant of the query cache gives to the rest of the stack. */
export interface QueryCacheVariant {
  readonly url: string;
  /** The dimensions of its metrics, one entry for each node. */
  readonly metricDimensions: readonly Record<string, string>[];
  readonly grantConnect: (grantee: IGrantable) => void;
}

/** The cache of query answers: it may lose and evict everything. */
export class QueryCache extends Construct {
  readonly variant: QueryCacheVariant;

  constructor(scope: Construct, id: string, props: QueryCacheProps) {
    super(scope, id);
    const { deployment, engine } = props.parameters.queryCache;
    if (deployment === 'serverless') this.variant = createServerless(this, props);
    else this.variant = engine === 'memcached' ? createMemcached(this, props) : createNodes(this, props);
  }
}
