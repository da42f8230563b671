import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** The parts of OTLP's JSON that are looked at. */
export interface ReceivedSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  startsAt: bigint;
  endsAt: bigint;
  isError: boolean;
  attributes: Record<string, string | number>;
}

export interface Collector {
  url: string;
  spans: ReceivedSpan[];
  close(): void;
}

interface OtlpSpan extends Pick<ReceivedSpan, 'name' | 'kind' | 'traceId' | 'spanId' | 'parentSpanId'> {
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  status?: { code?: number };
  attributes: { key: string; value: Record<string, string | number> }[];
}

interface OtlpTraces {
  resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
}

/** The receiving end of OTLP over HTTP: it keeps the spans that come to `/v1/traces`. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const keep = ({ resourceSpans }: OtlpTraces) => {
      const received = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
      if (request.url === '/v1/traces') spans.push(...received.map(read));
      response.setHeader('Content-Type', 'application/json').end('{}');
    };
    void json(request).then((body) => keep(body as OtlpTraces));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, spans, close: () => server.close() };
}

function read({ startTimeUnixNano, endTimeUnixNano, status, attributes, ...span }: OtlpSpan): ReceivedSpan {
  const values = attributes.map(({ key, value }) => [key, Object.values(value)[0]]);
  return {
    ...span,
    startsAt: BigInt(startTimeUnixNano),
    endsAt: BigInt(endTimeUnixNano),
    isError: status?.code === 2,
    attributes: Object.fromEntries(values),
  };
}
