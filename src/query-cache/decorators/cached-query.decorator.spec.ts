import { describe, expect, it } from 'vitest';
import { CACHED_QUERY, CachedQuery } from './cached-query.decorator.js';

const ttlSeconds = 60;
const codec = {
  encode: (date: Date) => date.toISOString(),
  decode: (stored: unknown) => new Date(String(stored)),
};
const valueTags = ({ id }: { id: number }) => [`flight:${id}`];

class Flights {
  @CachedQuery({ ttlSeconds, codec })
  async departure(): Promise<Date | null> {
    return null;
  }

  @CachedQuery({ ttlSeconds, valueTags })
  async flight(): Promise<{ id: number; delay: number } | null> {
    return null;
  }

  // @ts-expect-error a Date does not survive JSON
  @CachedQuery({ ttlSeconds })
  async withoutCodec(): Promise<Date | null> {
    return null;
  }

  // @ts-expect-error the codec is of a Date
  @CachedQuery({ ttlSeconds, codec })
  async otherCodec(): Promise<bigint> {
    return 1n;
  }

  // @ts-expect-error the codec forgets the name
  @CachedQuery({
    ttlSeconds,
    codec: { encode: ({ id }: { id: bigint }) => `${id}`, decode: () => ({ id: 1n }) },
  })
  async smallerCodec(): Promise<{ id: bigint; name: string }> {
    return { id: 1n, name: '' };
  }

  // @ts-expect-error the tags are of another result
  @CachedQuery({ ttlSeconds, valueTags })
  async otherTags(): Promise<number> {
    return 5;
  }
}

describe('@CachedQuery()', () => {
  it('is typed by the result of the method, which the compiler checks above', () => {
    const method = Object.getOwnPropertyDescriptor(Flights.prototype, 'departure')?.value as object;
    expect(Reflect.getMetadata(CACHED_QUERY, method)).toEqual({ ttlSeconds, codec });
  });
});
