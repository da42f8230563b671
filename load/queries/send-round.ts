import autocannon from 'autocannon';
import type { Series } from '../measuring/series.js';

export interface Round {
  url: string;
  headers: Record<string, string>;
  /** Requested in this order, repeatedly. Each connection starts at a different path. */
  paths: string[];
  connections: number;
  requests: number;
  /** After this time unanswered requests count as failures. */
  limitSeconds: number;
  signal: AbortSignal;
}

const answerWithinSeconds = 30;

/**
 * Sends one round and waits for its last response.
 *
 * A round ends after a number of requests, not after a time: autocannon ends a timed run by closing its connections, and
 * the database would still execute those queries while the other side is measured.
 *
 * No `workers`: on two cores the app has one, and this process, the engine and the database share the other. More threads
 * here would slow down what is measured. Workers also report latencies in whole milliseconds only.
 */
export async function sendRound(round: Round, series: Series): Promise<void> {
  const connections = Math.min(round.connections, round.requests);
  const requests = round.paths.map((path) => ({ method: 'GET' as const, path, headers: round.headers }));
  let connected = 0;
  let answered = 0;
  let lastAnswerAt = performance.now();
  const startedAt = lastAnswerAt;

  await new Promise<void>((resolve, reject) => {
    const run = autocannon(
      {
        url: round.url,
        connections,
        amount: round.requests,
        timeout: answerWithinSeconds,
        sampleInt: 20, // Milliseconds between autocannon's checks for the end of the run. The default is 1,000.
        setupClient: (client) => {
          const first = Math.floor((connected++ * requests.length) / connections);
          client.setRequests([...requests.slice(first), ...requests.slice(0, first)]);
        },
      },
      (error: Error | null) => {
        clearTimeout(limit);
        round.signal.removeEventListener('abort', stop);
        if (error) reject(error);
        else resolve();
      },
    );
    run.on('response', (_client, status, _bytes, latencyMs) => {
      answered++;
      lastAnswerAt = performance.now();
      series.recordAnswer(latencyMs);
      if (status < 200 || status > 299) series.failures++;
    });
    const stop = () => run.stop();
    const limit = setTimeout(stop, round.limitSeconds * 1000);
    round.signal.addEventListener('abort', stop);
  });
  round.signal.throwIfAborted();

  series.failures += round.requests - answered;
  series.recordRound(answered, (lastAnswerAt - startedAt) / 1000);
}
