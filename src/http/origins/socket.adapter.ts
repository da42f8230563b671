import type { IncomingMessage } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Server, ServerOptions } from 'socket.io';
import type { Origins } from './origins.js';

type Decide = (error: string | null, isAccepted: boolean) => void;

/** socket.io with the origin rule (CORS does not protect websockets), small messages and no compression. */
export class SocketAdapter extends IoAdapter {
  constructor(
    app: INestApplicationContext,
    private readonly origins: Origins,
  ) {
    super(app);
  }

  override createIOServer(port: number, options?: ServerOptions): Server {
    return super.createIOServer(port, {
      ...options,
      serveClient: false,
      maxHttpBufferSize: 16 * 1024,
      perMessageDeflate: false,
      allowRequest: (request: IncomingMessage, decide: Decide) => {
        const refusal = this.origins.refusalOfHandshake(request);
        decide(refusal && `${refusal.code}: ${refusal.message}`, !refusal);
      },
    } as ServerOptions);
  }
}
