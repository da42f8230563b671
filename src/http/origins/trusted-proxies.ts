import proxyAddress from 'proxy-addr';

/** Which proxies may set `X-Forwarded-*`: none, a number of hops in front of the app, or a list of addresses and subnets. */
export type TrustProxy = false | number | readonly string[];

/** Whether the proxy at this address and distance (in hops) is trusted, in the form of Express's `trust proxy`. */
export type TrustsProxy = (address: string, hop: number) => boolean;

export function compileTrust(trustProxy: TrustProxy): TrustsProxy {
  if (typeof trustProxy === 'number') return (_address, hop) => hop < trustProxy;
  return proxyAddress.compile([...(trustProxy || [])]);
}
