/** An answer of the route, or why there is none. */
export type Outcome =
  | { readonly kind: 'answer'; readonly version: number; readonly text: string }
  | { readonly kind: 'failed' }
  | { readonly kind: 'hung' };

/** Requests that have no answer after this time count as hung. */
export const ANSWER_WITHIN_MS = 3_000;

/** Sends one request. Never rejects. */
export async function request(url: string): Promise<Outcome> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
    const text = await response.text();
    if (response.status !== 200) return { kind: 'failed' };
    return { kind: 'answer', version: (JSON.parse(text) as { version: number }).version, text };
  } catch (error) {
    return { kind: (error as Error).name === 'TimeoutError' ? 'hung' : 'failed' };
  }
}
