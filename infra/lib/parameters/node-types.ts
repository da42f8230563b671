/**
 * Node types that ElastiCache scales automatically.
 *
 * Source, read 2026-11-28: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/AutoScaling.html
 */
export function canScaleAutomatically(nodeType: string): boolean {
  return /^cache\.(r8gd?|r7gd?|r6gd?|r5|m8g|m7g|m6g|m5|c8gn|c7gn)\.(large|xlarge|2xlarge)$/.test(nodeType);
}

/**
 * Node types of a durable cluster.
 *
 * Source, read 2026-11-28: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Durability.Limitations.html
 */
export function canBeDurable(nodeType: string): boolean {
  return /^cache\.(r8g|r7g|r6g|m8g|m7g|m6g|c8gn|c7gn)\./.test(nodeType);
}
