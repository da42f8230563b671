import type { Socket } from 'node:net';
import { CommandFrames, encodeCommand } from '../../resp/command-frames.js';
import { ReplyFrames } from '../../resp/reply-frames.js';
import type { CommandRules } from './command-rules.js';

/** After these a connection carries replication, which is not RESP. */
const REPLICATION = new Set(['PSYNC', 'SYNC']);
const SIGN_INS = new Set(['AUTH', 'HELLO']);

export interface ServiceConnectionOptions {
  readonly rules: CommandRules;
  /** How long it may live after its last sign-in. */
  readonly lifetimeMilliseconds: number;
  readonly onRefusal: (command: string) => void;
}

/**
 * A client's connection and its counterpart to the real server. A refused command is replaced by a command that no server knows: the
 * server's error keeps the order of the replies and aborts a transaction, and gets the service's words on its way back.
 */
export class ServiceConnection {
  private readonly commands = new CommandFrames();
  private readonly replies = new ReplyFrames();
  private readonly errors = new Map<string, string>();
  private refusals = 0;
  private isReplication = false;
  private expiry: NodeJS.Timeout | undefined;

  constructor(
    private readonly client: Socket,
    private readonly server: Socket,
    private readonly options: ServiceConnectionOptions,
  ) {}

  start(): void {
    const { client, server } = this;
    client.on('data', (chunk: Buffer) => this.receive(chunk));
    server.on('data', (chunk: Buffer) => this.answer(chunk));
    client.on('end', () => server.end()).on('close', () => this.close());
    server.on('end', () => client.end()).on('close', () => this.close());
    for (const socket of [client, server]) socket.on('error', () => this.close());
    this.extend();
  }

  close(): void {
    clearTimeout(this.expiry);
    this.client.destroySoon();
    this.server.destroy();
  }

  private receive(chunk: Buffer): void {
    if (this.isReplication) return send(this.client, this.server, chunk);
    for (const { args, bytes } of this.commands.push(chunk)) {
      const name = args[0]?.toString('latin1').toUpperCase() ?? '';
      if (REPLICATION.has(name)) return this.beginReplication(bytes);
      if (SIGN_INS.has(name)) this.extend();
      const verdict = this.options.rules.judge(args, bytes);
      if (verdict !== 'close' && 'send' in verdict) {
        send(this.client, this.server, verdict.send);
        continue;
      }
      this.options.onRefusal(name);
      if (verdict === 'close') return this.close();
      send(this.client, this.server, this.placeholderOf(verdict.error));
    }
  }

  private answer(chunk: Buffer): void {
    if (this.isReplication) return send(this.server, this.client, chunk);
    for (const frame of this.replies.push(chunk)) send(this.server, this.client, this.withError(frame));
  }

  private placeholderOf(error: string): Buffer {
    const name = `refused-${this.refusals++}`;
    this.errors.set(name, error);
    return encodeCommand([name]);
  }

  private withError(frame: Buffer): Buffer {
    if (this.errors.size === 0 || frame[0] !== '-'.charCodeAt(0)) return frame;
    const [, name = ''] = /^-ERR unknown command '(refused-\d+)'/.exec(frame.toString('latin1')) ?? [];
    const error = this.errors.get(name);
    this.errors.delete(name);
    return error === undefined ? frame : Buffer.from(`-${error}\r\n`, 'latin1');
  }

  private beginReplication(bytes: Buffer): void {
    this.isReplication = true;
    send(this.client, this.server, Buffer.concat([bytes, this.commands.flush()]));
    send(this.server, this.client, this.replies.flush());
  }

  private extend(): void {
    clearTimeout(this.expiry);
    const { lifetimeMilliseconds } = this.options;
    // setTimeout cannot wait longer than 24 days.
    if (lifetimeMilliseconds < 2 ** 31) this.expiry = setTimeout(() => this.close(), lifetimeMilliseconds);
  }
}

function send(from: Socket, to: Socket, bytes: Buffer): void {
  if (to.destroyed || bytes.length === 0 || to.write(bytes) || from.isPaused()) return;
  from.pause();
  to.once('drain', () => from.resume());
}
