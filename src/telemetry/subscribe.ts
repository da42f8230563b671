import type { Channel } from 'node:diagnostics_channel';

/** Listens to a module's channel; returns how to stop. */
export function subscribe<Message>(
  channel: Channel<unknown, Message>,
  listener: (message: Message) => void,
): () => void {
  const subscriber = (message: unknown) => listener(message as Message);
  channel.subscribe(subscriber);
  return () => channel.unsubscribe(subscriber);
}
