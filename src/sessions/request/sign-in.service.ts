import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { JsonObject } from '../content/json-changes.js';
import { publishSessionEvent } from '../sessions.channel.js';
import { SESSIONS_OPTIONS, type SessionsOptions } from '../sessions.options.js';
import { SessionsStore } from '../store/sessions.store.js';
import { DevicesService } from './devices.service.js';
import { GuestsService } from './guests.service.js';
import { detachOnFailure, SessionMiddleware, toPromise } from './session-middleware.js';
import { deviceNameOf } from './device-name.js';
import { addressOf } from './session-responses.js';

/** An account that the caller has authenticated, to be signed in. */
export interface Identity {
  accountId: string;
  username: string;
  /** A name for the list of devices. null: from the User-Agent. */
  device: string | null;
  /** What the new session begins with, for example a saved basket. Default: empty. `mergeGuest` adds the data of a guest. */
  data?: JsonObject;
  /** Whether the session has the longer lifetimes, and its cookie survives the end of the browser. Default: false. */
  remember?: boolean;
}

/** Starts the sessions of accounts. */
@Injectable()
export class SignInService {
  private readonly perAccount: number;

  constructor(
    @Inject(SESSIONS_OPTIONS) options: SessionsOptions,
    private readonly middleware: SessionMiddleware,
    private readonly store: SessionsStore,
    private readonly devices: DevicesService,
    private readonly guests: GuestsService,
  ) {
    this.perAccount = options.perAccount;
  }

  /** See `SessionsService.signIn`. */
  async signIn(
    request: Request,
    { accountId, username, device, data = {}, remember = false }: Identity,
    confirm?: () => Promise<void>,
  ): Promise<void> {
    this.middleware.requireLoaded(request);
    this.middleware.requireSecureConnection(request);
    const generation = await this.store.generations.current(accountId);
    const named = device ?? deviceNameOf(request.headers['user-agent']);
    const signedIn = { accountId, username, device: named, address: addressOf(request), generation };
    const replaced = request.session as Request['session'] | undefined;
    const replacedHandle = this.store.handleOf(request.sessionID);
    request.sessionStore.generate(request);
    const { session, sessionID } = request;
    const handle = this.store.handleOf(sessionID);
    const start = async () => {
      Object.assign(session, { signedIn, data, ...(remember && { lifetime: 'remembered' }) });
      await toPromise((done) => session.save(done));
      await confirm?.();
      if (replaced?.signedIn) await this.store.ends.end([replacedHandle], 'signed-out', replaced.signedIn);
      else await this.guests.moveToAccount(request, replaced, accountId);
      await this.devices.endSurplus(signedIn, this.perAccount, handle);
    };
    await detachOnFailure(request, () => this.store.endOnFailure(sessionID, session, start));
    this.middleware.keepCookie(session);
    publishSessionEvent({ event: 'created', username, handle });
  }
}
