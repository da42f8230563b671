import type { Channel } from 'node:diagnostics_channel';

/** Subscribes to a module's diagnostics channel. @returns a function that unsubscribes. */
export function subscribe<Message>(
  channel: Channel<unknown, Message>,
  listener: (message: Message) => void,
): () => void {
  const subscriber = (message: unknown) => listener(message as Message);
  channel.subscribe(subscriber);
  return () => channel.unsubscribe(subscriber);
}
