/** The message of the first server that has one, and the number of other servers with a message. */
export function summarize(messages: [address: string, text: string | null][]): string | null {
  const [first, ...others] = messages.filter(([, text]) => text !== null);
  if (!first) return null;
  return `${first.join(' ')}${others.length > 0 ? ` The same applies to ${others.length} more.` : ''}`;
}
