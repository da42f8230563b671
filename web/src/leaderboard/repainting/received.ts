const SPAN_MS = 5_000;

/** What one side sends in a second, as the mean of the last seconds. */
export interface Received {
  bytes: number;
  messages: number;
  rows: number;
}

interface Arrival extends Received {
  at: number;
}

/** Counts messages as they arrive. */
export class ReceivedCounter {
  private arrivals: Arrival[] = [];
  private since = 0;

  /** Starts from zero. */
  restart(now: number): void {
    this.arrivals = [];
    this.since = now;
  }

  count(arrival: { bytes: number; rows: number }, now: number): void {
    this.arrivals.push({ ...arrival, messages: 1, at: now });
  }

  perSecond(now: number): Received {
    this.arrivals = this.arrivals.filter(({ at }) => at > now - SPAN_MS);
    const seconds = Math.max(1, Math.min(now - this.since, SPAN_MS) / 1_000);
    const mean = (of: keyof Received) => this.arrivals.reduce((sum, one) => sum + one[of], 0) / seconds;
    return { bytes: mean('bytes'), messages: mean('messages'), rows: mean('rows') };
  }
}

/**
 * The bytes of a websocket message that carries this socket.io packet: UTF-8, with the type that engine.io puts in front, without the
 * frame's header.
 */
export function payloadBytes(packet: string): number {
  return 1 + new TextEncoder().encode(packet).length;
}
