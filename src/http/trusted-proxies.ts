import proxyAddress from 'proxy-addr';

/** Which proxies may set `X-Forwarded-*`: none, so many hops in front of the app, or those with these addresses and subnets. */
export type TrustProxy = false | number | readonly string[];

/** Whether the proxy with this address, so many hops away, is trusted: what Express takes as `trust proxy`. */
export type TrustsProxy = (address: string, hop: number) => boolean;

export function compileTrust(trustProxy: TrustProxy): TrustsProxy {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return proxyAddress.compile([...(trustProxy || [])]);
}
