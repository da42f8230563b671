import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningProfile, startProfile } from '../../../../local/index.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';

const TOO_MANY = Array.from({ length: 4_000 }, (_, index) => `caching:${index}`);

/** What a client sees of a service, byte for byte. */
describe('startProfile', () => {
  describe('elasticache-serverless', () => {
    let profile: RunningProfile;
    let client: Client;
    beforeAll(
      async () => void (profile = await startProfile('elasticache-serverless', { kind: redisLike() })),
    );
    beforeEach(async () => void (client = await Client.open(profile)));
    afterEach(() => client.close());
    afterAll(() => profile.stop());

    it('replies to refused commands in the words of the service, in the order of the commands', async () => {
      client.send('SET caching:a 1', 'MEMORY USAGE caching:a', 'GET caching:a', 'CLIENT TRACKING ON', 'PING');
      expect(await client.lines(6)).toEqual([
        '+OK',
        "-ERR unknown command 'MEMORY', with args beginning with: USAGE caching:a",
        '$1',
        '1',
        "-ERR unknown subcommand 'TRACKING'. Try CLIENT HELP.",
        '+PONG',
      ]);
      expect(profile.refused.slice(-2)).toEqual(['MEMORY', 'CLIENT']);
    });

    it('replies the same when commands arrive byte by byte', async () => {
      for (const byte of 'PING\r\nWAIT 1 0\r\nPING\r\n') {
        client.write(byte);
        await new Promise(setImmediate);
      }
      expect(await client.lines(3)).toEqual([
        '+PONG',
        "-ERR unknown command 'WAIT', with args beginning with: 1 0",
        '+PONG',
      ]);
    });

    it('aborts a transaction with a refused command', async () => {
      client.send('MULTI', 'SET caching:a 1', 'CONFIG GET maxmemory', 'EXEC');
      const replies = await client.lines(4);
      expect(replies.slice(0, 2)).toEqual(['+OK', '+QUEUED']);
      expect(replies[2]).toMatch(/^-ERR unknown command 'CONFIG'/);
      expect(replies[3]).toMatch(/^-EXECABORT/);
    });

    it('closes the connection on a command with more than 3,999 arguments', async () => {
      client.send(`DEL ${TOO_MANY.slice(0, 3_998).join(' ')}`);
      expect(await client.lines(1)).not.toEqual([]);
      client.send(`DEL ${TOO_MANY.join(' ')}`);
      await client.closed;
      expect(profile.refused.at(-1)).toBe('DEL');
    });

    it('refuses TIME in scripts, and allows it elsewhere', async () => {
      client.send('TIME');
      expect(await client.lines(5)).toHaveLength(5);
      client.sendWords('EVAL', "return redis.call('TIME')", '1', 'caching:a');
      client.sendWords('EVAL', "return redis.pcall('TIME').err", '1', 'caching:a');
      client.sendWords('EVAL', "#!lua\nreturn redis.call('INCR', KEYS[1])", '1', 'caching:count');
      const [error, , caught, count] = await client.lines(4);
      expect(error).toMatch(
        /^-ERR This Redis command is not allowed from script script: [0-9a-f]{40}, on @user_script:1/,
      );
      expect([caught, count]).toEqual(['ERR This Redis command is not allowed from script', ':1']);
    });

    it('shows one node with all slots, under a name', async () => {
      client.send('CLUSTER SLOTS');
      const reply = (await client.lines(8)).join(' ');
      expect(reply).toContain(':0 :16383');
      expect(reply).toContain(`$9 localhost :${new URL(profile.url).port}`);
    });
  });

  describe('elasticache', () => {
    let profile: RunningProfile;
    let client: Client;
    beforeEach(async () => {
      profile = await startProfile('elasticache', { kind: redisLike(), connectionSeconds: 2 });
      client = await Client.open(profile);
    });
    afterEach(async () => {
      client.close();
      await profile.stop();
    });

    it('closes a connection that is too old, unless it signs in again', async () => {
      const renewed = await Client.open(profile);
      const renewing = setInterval(() => renewed.signIn(), 200);
      await client.closed;
      clearInterval(renewing);
      await renewed.lines(2);
      expect(renewed.isOpen).toBe(true);
      renewed.close();
    });

    it('resets connections while the server is down', async () => {
      await profile.nodes.get('primary')?.kill();
      await client.closed;
      await until(async () =>
        Client.open(profile).then(
          () => false,
          () => true,
        ),
      );
      await profile.nodes.get('primary')?.restart();
      client = await Client.open(profile);
      client.send('PING');
      expect(await client.lines(1)).toEqual(['+PONG']);
    });
  });

  it.each([
    ['aws', {}, 'The profile must be one of elasticache, elasticache-cluster,'],
    ['azure', { kind: 'memcached' as const }, 'azure is a service for redis, not for memcached.'],
  ])('rejects %s with %j in one sentence', async (name, options, sentence) => {
    await expect(startProfile(name, options)).rejects.toThrow(sentence);
  });
});

/** A connection that shows the lines of the replies. */
class Client {
  private received = '';

  private constructor(
    private readonly socket: TLSSocket,
    private readonly url: URL,
  ) {
    socket.setEncoding('latin1').on('data', (chunk: string) => (this.received += chunk));
    socket.on('error', () => undefined);
  }

  static async open({ url, tls }: RunningProfile): Promise<Client> {
    const address = new URL(url);
    const ca = await readFile(tls?.ca ?? '');
    const socket = connect({ host: '127.0.0.1', servername: 'localhost', port: Number(address.port), ca });
    await once(socket, 'secureConnect');
    const client = new Client(socket, address);
    client.signIn();
    await client.lines(1);
    return client;
  }

  get closed(): Promise<void> {
    return this.isOpen ? once(this.socket, 'close').then(() => undefined) : Promise.resolve();
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  signIn(): void {
    this.send(`AUTH ${this.url.username} ${decodeURIComponent(this.url.password)}`);
  }

  write(text: string): void {
    this.socket.write(text);
  }

  send(...commands: string[]): void {
    this.write(commands.map((command) => `${command}\r\n`).join(''));
  }

  sendWords(...words: string[]): void {
    const strings = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
    this.write(`*${words.length}\r\n${strings.join('')}`);
  }

  /** Waits for the first lines that were not returned yet, and returns all that have arrived. */
  async lines(count: number): Promise<string[]> {
    await until(() => this.received.split('\r\n').length > count);
    const lines = this.received.split('\r\n').slice(0, -1);
    this.received = '';
    return lines;
  }

  close(): void {
    this.socket.destroy();
  }
}
