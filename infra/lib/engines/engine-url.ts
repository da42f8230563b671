interface IamUrl {
  user: string;
  host: string;
  port: string;
  cache: string;
  region: string;
  isServerless?: boolean;
}

/** The URL of a cluster or of a serverless cache, which speaks the cluster protocol as well. The password is an IAM token. */
export function iamClusterUrl({ user, host, port, cache, region, isServerless }: IamUrl): string {
  const serverless = isServerless ? '&serverless=true' : '';
  return `valkeys+cluster://${user}@${host}:${port}?auth=iam&cache=${cache}&region=${region}${serverless}`;
}

/** The URL of a Memcached cluster: its nodes are found through the configuration endpoint. */
export function memcachedDiscoveryUrl(host: string, port: string): string {
  return `memcacheds+discovery://${host}:${port}`;
}
