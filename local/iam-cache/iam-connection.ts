import { connect, type TLSSocket } from 'node:tls';
import { CommandFrames, encodeCommand } from '../resp/command-frames.js';

/** What a connection needs to know about its cache. */
export interface IamGate {
  readonly target: { readonly port: number };
  /** The credentials for the real server. */
  readonly login: { username: string; password: string };
  readonly sessionSeconds: number;
  accepts(username: string, token: string): Promise<boolean>;
  handleExpiry(): void;
}

/** The real server refuses it, with its own words and in the order of the replies. */
const REFUSED = 'refused';

/** A client's connection and its counterpart to the real server. Tokens in AUTH and HELLO are replaced by the password. */
export class IamConnection {
  private readonly server: TLSSocket;
  private readonly frames = new CommandFrames();
  private expiry: NodeJS.Timeout | undefined;
  /** Chunks are handled one after the other, because checking a token is asynchronous. */
  private handled: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: TLSSocket,
    ca: Buffer,
    private readonly gate: IamGate,
  ) {
    this.server = connect({ port: gate.target.port, host: '127.0.0.1', ca });
    for (const socket of [this.client, this.server]) {
      socket.setNoDelay(true);
      socket.on('error', () => this.close()).on('close', () => this.close());
    }
    this.server.on('data', (chunk: Buffer) => void this.client.write(chunk));
    this.client.on('data', (chunk: Buffer) => {
      this.handled = this.handled.then(() => this.forward(chunk));
    });
  }

  close(): void {
    clearTimeout(this.expiry);
    this.client.destroy();
    this.server.destroy();
  }

  private async forward(chunk: Buffer): Promise<void> {
    for (const { args, bytes } of this.frames.push(chunk)) {
      const at = credentialsIndex(args);
      const isSignIn = at !== undefined;
      this.server.write(isSignIn ? await this.signIn(args, at) : bytes);
    }
  }

  private async signIn(args: readonly Buffer[], at: number): Promise<Buffer> {
    const [username = '', token = ''] = args.slice(at, at + 2).map(String);
    const { login } = this.gate;
    const isAccepted = await this.gate.accepts(username, token);
    if (isAccepted) this.extend();
    return encodeCommand(
      args
        .with(at, Buffer.from(login.username))
        .with(at + 1, Buffer.from(isAccepted ? login.password : REFUSED)),
    );
  }

  private extend(): void {
    clearTimeout(this.expiry);
    this.expiry = setTimeout(() => {
      this.gate.handleExpiry();
      this.close();
    }, this.gate.sessionSeconds * 1_000);
  }
}

/** Where the user stands in `AUTH user token` and `HELLO 3 AUTH user token`. */
function credentialsIndex(args: readonly Buffer[]): number | undefined {
  const [command = '', , option = ''] = args.slice(0, 3).map((arg) => arg.toString().toUpperCase());
  if (command === 'AUTH' && args.length === 3) return 1;
  return command === 'HELLO' && option === 'AUTH' ? 3 : undefined;
}
