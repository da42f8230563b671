import { Logger } from '@nestjs/common';
import { describeAddress, type EngineAddress } from './engine-url.js';
import { engineStateChannel } from './engine.channel.js';
import type { EngineReport, EngineState } from './engine.wire.js';

/** What every kind of engine has: an address, the rooms it serves, and a state that health and telemetry see. */
export abstract class EngineConnection {
  readonly roles: string[] = [];
  readonly name: string;
  private state: EngineState = 'connecting';
  private reason: string | null = 'Not connected yet.';
  private readonly logger = new Logger('Engine');

  protected constructor(readonly address: EngineAddress) {
    this.name = describeAddress(address);
  }

  get isReady(): boolean {
    return this.state === 'ready';
  }

  report(): EngineReport {
    const { kind, topology } = this.address;
    return { roles: [...this.roles], kind, topology, state: this.state, reason: this.reason };
  }

  /** Starts connecting and goes on for ever; never rejects, since the app serves without its engine. */
  abstract start(): void;

  /** Lets go of every socket and timer. */
  abstract close(): void;

  /** `reason` says what is missing where an engine can do with a part of its nodes. */
  protected markReady(reason: string | null = null): void {
    this.change('ready', reason);
  }

  protected markDown(reason: string): void {
    this.change('down', reason);
  }

  private change(state: EngineState, reason: string | null): void {
    if (state === this.state && reason === this.reason) return;
    this.state = state;
    this.reason = reason;
    if (reason === null) this.logger.log(`${this.name} is ready`);
    else this.logger.warn(`${this.name}: ${reason}`);
    if (engineStateChannel.hasSubscribers) engineStateChannel.publish(this.report());
  }
}
