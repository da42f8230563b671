import autocannon from 'autocannon';
import { Latencies } from './latencies.js';

/** One request of a round. */
export interface LoadRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH';
  path: string;
  headers?: Record<string, string>;
  body?: string;
  /** Called before it is sent. What it returns is passed to `onAnswer`. */
  onSend?: () => unknown;
  /** Called with the answer of a request that succeeded. */
  onAnswer?: (body: string, sent: unknown) => void;
}

export interface ClosedLoop {
  url: string;
  /** Sent in this order, repeatedly. Each connection starts at a different one. */
  requests: readonly LoadRequest[];
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
  const requests = loop.requests.map(toAutocannon);
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
          const first = Math.floor((connected++ * requests.length) / connections);
          client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
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

function toAutocannon({ method = 'GET', onSend, onAnswer, ...rest }: LoadRequest): autocannon.Request {
  if (!onAnswer) return { method, ...rest };
  return {
    method,
    ...rest,
    setupRequest: (request, context) => {
      Object.assign(context, { sent: onSend?.() });
      return request;
    },
    onResponse: (status, body, context) => {
      if (status >= 200 && status < 300) onAnswer(body, (context as { sent?: unknown }).sent);
    },
  };
}
