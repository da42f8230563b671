import autocannon from 'autocannon';
import { Latencies } from './latencies.js';

/** One request of a round. */
export interface LoadRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  headers?: Record<string, string>;
  /** A function returns the body of each request that is sent. It is called before `onSend`. */
  body?: string | (() => string);
  /** Called before it is sent. What it returns is passed to `onAnswer`. */
  onSend?: () => unknown;
  /** Called with the answer of a request that succeeded. */
  onAnswer?: (body: string, sent: unknown) => void;
}

/** Sent in this order, repeatedly: by all connections, each starting at a different one, or by each connection its own. */
export type Requests = readonly LoadRequest[] | ((connection: number) => readonly LoadRequest[]);

export interface ClosedLoop {
  url: string;
  requests: Requests;
  /** Each waits for its answer before it sends the next request. */
  connections: number;
  amount: number;
  /** After this time unanswered requests count as failures. */
  limitSeconds: number;
  signal: AbortSignal;
}

export interface Sent {
  requests: number;
  seconds: number;
  /** Answers other than 2xx, broken connections, timeouts. */
  failures: number;
  latencies: Latencies;
}

const ANSWER_WITHIN_SECONDS = 30;

/**
 * Sends a number of requests and waits for the last answer.
 *
 * It ends after a number of requests, not after a time: autocannon ends a timed run by closing its connections, and the database would
 * still execute those queries while the other side is measured.
 *
 * No `workers`: on two cores the app has one, and this process, the engine and the database share the other. More threads here would
 * slow down what is measured. Workers also report latencies in whole milliseconds only.
 */
export async function closedLoop(loop: ClosedLoop): Promise<Sent> {
  const connections = Math.min(loop.connections, loop.amount);
  const latencies = new Latencies();
  let failures = 0;
  let connected = 0;
  let answered = 0;
  let lastAnswerAt = performance.now();
  const startedAt = lastAnswerAt;

  await new Promise<void>((resolve, reject) => {
    const run = autocannon(
      {
        url: loop.url,
        connections,
        amount: loop.amount,
        timeout: ANSWER_WITHIN_SECONDS,
        // Milliseconds between autocannon's checks for the end of the run. The default is 1,000.
        sampleInt: 20,
        setupClient: (client) => {
          client.setRequests(requestsOf(loop.requests, connected++, connections).map(toAutocannon));
        },
      },
      (error: Error | null) => {
        clearTimeout(limit);
        loop.signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve();
      },
    );
    run.on('response', (_client, status, _bytes, latencyMs) => {
      answered++;
      lastAnswerAt = performance.now();
      latencies.record(latencyMs);
      if (status < 200 || status > 299) failures++;
    });
    const stop = () => run.stop();
    const limit = setTimeout(stop, loop.limitSeconds * 1000);
    loop.signal.addEventListener('abort', stop);
  });
  loop.signal.throwIfAborted();
  const seconds = (lastAnswerAt - startedAt) / 1000;
  return { requests: answered, seconds, failures: failures + loop.amount - answered, latencies };
}

function requestsOf(requests: Requests, connection: number, connections: number): readonly LoadRequest[] {
  if (typeof requests === 'function') return requests(connection);
  const first = Math.floor((connection * requests.length) / connections);
  return [...requests.slice(first), ...requests.slice(0, first)];
}

function toAutocannon({ method = 'GET', body, onSend, onAnswer, ...rest }: LoadRequest): autocannon.Request {
  const fixed = { method, ...rest, ...(typeof body === 'string' && { body }) };
  if (!onAnswer && typeof body !== 'function') return fixed;
  return {
    ...fixed,
    setupRequest: (request, context) => {
      const next = typeof body === 'function' ? { ...request, body: body() } : request;
      Object.assign(context, { sent: onSend?.() });
      return next;
    },
    onResponse: (status, answer, context) => {
      if (status >= 200 && status < 300) onAnswer?.(answer, (context as { sent?: unknown }).sent);
    },
  };
}
