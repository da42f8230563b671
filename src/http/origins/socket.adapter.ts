import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import { Handshakes } from './handshakes.js';
import type { Origins } from './origins.js';

type Decide = (error: string | null, isAccepted: boolean) => void;

/** socket.io with the origin rule (CORS does not protect websockets), one handshake at a time, small messages and no compression. */
export class SocketAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly origins: Origins,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    const handshakes = new Handshakes();
    return super.createIOServer(port, {
      ...options,
      serveClient: false,
      maxHttpBufferSize: 16 * 1024,
      perMessageDeflate: false,
      allowRequest: (request: IncomingMessage, decide: Decide) => {
        const refusal = this.origins.refusalOfHandshake(request);
        if (refusal) decide(`${refusal.code}: ${refusal.message}`, false);
        else handshakes.queue(request, () => decide(null, true));
      },
    } as ServerOptions);
  }
}
