import { Inject, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import type { JsonObject } from '../content/json-changes.js';
import { GuestLimit } from '../guests/guest-limit.store.js';
import { MovedGuests } from '../guests/moved-guests.store.js';
import { guestSignedIn, noSession, SessionError } from '../sessions.errors.js';
import {
  keepAccountFields,
  type MergeGuest,
  SESSIONS_OPTIONS,
  type SessionsOptions,
} from '../sessions.options.js';
import { SessionsStore } from '../store/sessions.store.js';
import { SessionMiddleware } from './session-middleware.js';

/** Visitors who have a session, but have not signed in. */
@Injectable()
export class GuestsService {
  private readonly limit: GuestLimit;
  private readonly moved: MovedGuests;
  private readonly merge: MergeGuest;

  constructor(
    @Inject(SESSIONS_OPTIONS) options: SessionsOptions,
    private readonly middleware: SessionMiddleware,
    private readonly store: SessionsStore,
  ) {
    this.limit = new GuestLimit({ ...options });
    this.moved = new MovedGuests(options.engine, store.records);
    this.merge = options.mergeGuest ?? keepAccountFields;
  }

  /**
   * Call it before a session is saved: a new one of a visitor who has not signed in becomes that of a guest.
   *
   * @throws {SessionError} E_TOO_MANY_GUESTS, E_INSECURE_CONNECTION; E_NO_SESSION if the session has ended, also by a sign-in.
   */
  async admit(request: Request): Promise<void> {
    const session = request.session as Request['session'] | undefined;
    if (!session) throw noSession();
    if (session.signedIn || this.store.lifetimeOf(session)) return;
    this.middleware.requireSecureConnection(request);
    const cookieId = this.middleware.cookieIdOf(request);
    // A new cookie would replace the one of the sign-in.
    if (cookieId !== undefined && (await this.moved.has(this.store.handleOf(cookieId))))
      throw guestSignedIn();
    await this.limit.count(request.ip ?? 'unknown');
    session.lifetime = 'guest';
  }

  /**
   * Moves what a guest has stored into the request's session, which an account has just started, and ends the guest's session. Where both
   * together are too large, the session keeps what it has: a sign-in does not fail because of them.
   *
   * @param replaced the session of the request before the sign-in.
   */
  async moveToAccount(
    request: Request,
    replaced: Request['session'] | undefined,
    accountId: string,
  ): Promise<void> {
    const cookieId = this.middleware.cookieIdOf(request);
    if (cookieId === undefined) return;
    const handle = this.store.handleOf(cookieId);
    if (replaced && this.store.lifetimeOf(replaced)) await this.moved.move(handle, accountId);
    const fields = await this.moved.read(handle, accountId);
    if (fields) await this.add(fields, request).catch(ignoreTooLarge);
  }

  private add({ data = {}, ...others }: JsonObject, { session }: Request): Promise<void> {
    return this.store.updateLoaded(session, (draft) => {
      Object.assign(draft, others, { data: this.merge(data as JsonObject, draft.data ?? {}) });
    });
  }
}

function ignoreTooLarge(error: unknown): void {
  if (!(error instanceof SessionError) || error.code !== 'E_TOO_LARGE') throw error;
}
