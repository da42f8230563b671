import { Agent, get } from 'node:http';
import { WebSocket } from 'ws';
import type { LeaderboardChanges, WatchRequest } from '../../src/leaderboard/live/leaderboard.wire.js';
import type { Audience } from './viewers.js';

/*
 * It speaks the protocol of Socket.IO over a bare websocket: thousands of Socket.IO clients use more processor time than the server. The
 * first digits of a message are its packet types in Engine.IO and Socket.IO.
 */
const OPEN = '0';
const PING = '2';
const PONG = '3';
const NAMESPACES = { module: '/leaderboard', textbook: '/textbook-leaderboard' } as const;

const TOP = 10;
const SILENT_MS = 15_000;
/** Socket.IO's client waits for a second, plus or minus a half. */
const RETRY_MS = 1_000;

/** The textbook's viewers read the page of the board themselves. */
const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** All viewers get the same messages, so each is parsed once: real viewers would parse it on their own machines. */
let newest: { text: string; event: LiveEvent } | undefined;

type LiveEvent = [name: string, body: LeaderboardChanges];

/** A viewer of the top of a board, who connects again when the connection ends. */
export class Viewer {
  /** When the viewer had the top of the board. null: not yet, or not any more. */
  inStepAt: number | null = null;
  isChanged = false;
  gaps = 0;
  retries = 0;
  private version = 0;
  private socket: WebSocket | undefined;
  private connectedAt = Infinity;

  constructor(
    private readonly audience: Audience,
    private turn: number,
  ) {}

  /** To each node in turn. */
  connect(): void {
    const url = new URL('/socket.io/?EIO=4&transport=websocket', this.nodeUrl());
    const socket = new WebSocket(url, { perMessageDeflate: false });
    this.socket = socket;
    this.connectedAt = performance.now();
    socket.on('message', (message: Buffer) => this.receive(socket, message.toString()));
    // The close event follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.retry(socket));
  }

  /** Ends the connection. Connects again at once, as after the restart of a load balancer. */
  cut(): void {
    const { socket } = this;
    this.socket = undefined;
    socket?.terminate();
    Object.assign(this, { inStepAt: null, isChanged: false, gaps: 0, retries: 0 });
    this.turn += 1;
    this.connect();
  }

  /** Gives a connection up that has not been answered. */
  retryIfSilent(now: number): void {
    if (this.inStepAt === null && now - this.connectedAt > SILENT_MS) this.socket?.terminate();
  }

  private retry(socket: WebSocket): void {
    if (socket !== this.socket) return;
    this.inStepAt = null;
    this.connectedAt = Infinity;
    this.retries += 1;
    this.turn += 1;
    setTimeout(() => this.connect(), RETRY_MS * (0.5 + Math.random()));
  }

  private receive(socket: WebSocket, text: string): void {
    if (socket !== this.socket) return;
    const namespace = NAMESPACES[this.audience.side];
    const [connect, event, acknowledgement] = [`40${namespace},`, `42${namespace},`, `43${namespace},0`];
    if (text === PING) socket.send(PONG);
    else if (text.startsWith(OPEN)) socket.send(connect);
    else if (text.startsWith(connect)) this.enter(socket, event);
    else if (text.startsWith(acknowledgement)) this.hold(socket, text.slice(acknowledgement.length));
    else if (text.startsWith(event)) this.follow(text, event);
  }

  private enter(socket: WebSocket, event: string): void {
    const { side, board } = this.audience;
    if (side === 'textbook') return this.readPage(socket);
    const request: WatchRequest = { board, window: 'all', top: TOP };
    socket.send(`${event}0${JSON.stringify(['watch', request])}`);
  }

  private hold(socket: WebSocket, text: string): void {
    const [{ version }] = JSON.parse(text) as [{ version?: number }];
    // The app rejected the viewer.
    if (version === undefined) return socket.terminate();
    this.version = version;
    this.inStepAt = performance.now();
  }

  /** The textbook sends the top only after the next score. */
  private readPage(socket: WebSocket): void {
    const url = `${this.nodeUrl()}/textbook/leaderboards/${this.audience.board}?limit=${TOP}`;
    const request = get(url, { agent }, (response) => {
      response.resume();
      if (response.statusCode === 200) this.inStepAt = performance.now();
      else socket.terminate();
    });
    request.on('error', () => socket.terminate());
  }

  private follow(text: string, event: string): void {
    if (newest?.text !== text) newest = { text, event: JSON.parse(text.slice(event.length)) as LiveEvent };
    const [name, body] = newest.event;
    if (name === 'top') this.isChanged = true;
    if (name === 'behind') this.gaps += 1;
    if (name !== 'changes') return;
    this.isChanged = true;
    if (body.previousVersion !== this.version) this.gaps += 1;
    this.version = body.version;
  }

  private nodeUrl(): string {
    const { urls } = this.audience;
    return urls[this.turn % urls.length] ?? '';
  }
}
