import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DatabaseUnavailableError } from '../database/index.js';
import { EngineError } from '../engine/index.js';
import { LeaderboardError } from './leaderboard.errors.js';
import type { Watch } from './leaderboard.schemas.js';
import { LeaderboardService } from './leaderboard.service.js';
import type {
  LeaderboardChanges,
  LeaderboardEntry,
  OwnPlace,
  OwnPlaceChanged,
  WatchSnapshot,
} from './leaderboard.wire.js';
import { topDifference } from './top-difference.js';

const TICK_MS = 100;
const TICKS_BETWEEN_OWN_PLACES = 10;

/** Who looks at a room. The gateway gives one per socket, so that this file knows no websockets. */
export interface Viewer {
  id: string;
  playerId: string | undefined;
  own(place: OwnPlaceChanged): void;
}

interface Room {
  name: string;
  board: string;
  top: number;
  version: number;
  entries: LeaderboardEntry[];
  viewers: Map<string, Viewer>;
  ownPlacesAt: number;
}

/** Sends each room the difference between what it last saw and what the engine shows, at most 10 times a second. */
@Injectable()
export class LeaderboardPush implements OnModuleDestroy {
  private readonly logger = new Logger('Leaderboard');
  private readonly rooms = new Map<string, Room>();
  private readonly opening = new Map<string, Promise<Room>>();
  private timer: NodeJS.Timeout | undefined;
  private ticks = 0;
  private broadcast: (room: string, changes: LeaderboardChanges) => void = () => undefined;

  constructor(private readonly leaderboard: LeaderboardService) {}

  onModuleDestroy(): void {
    clearTimeout(this.timer);
    this.rooms.clear();
  }

  /** How changes reach a room's viewers. */
  onChanges(broadcast: (room: string, changes: LeaderboardChanges) => void): void {
    this.broadcast = broadcast;
  }

  roomOf({ board, window, top }: Watch): string {
    return `${board}:${window}:${top}`;
  }

  /** What the room has last seen; the changes that follow continue from its version. */
  async watch(request: Watch, viewer: Viewer): Promise<WatchSnapshot> {
    const room = await this.open(request);
    room.viewers.set(viewer.id, viewer);
    const me = request.playerId ? await this.ownPlace(request.board, request.playerId) : null;
    return { version: room.version, entries: room.entries, me };
  }

  leave(roomName: string, viewerId: string): void {
    const room = this.rooms.get(roomName);
    room?.viewers.delete(viewerId);
    if (room?.viewers.size === 0) this.rooms.delete(roomName);
  }

  private async open(request: Watch): Promise<Room> {
    const name = this.roomOf(request);
    const known = this.rooms.get(name);
    if (known) return known;
    const opening =
      this.opening.get(name) ?? this.openAnew(name, request).finally(() => this.opening.delete(name));
    this.opening.set(name, opening);
    return opening;
  }

  private async openAnew(name: string, { board, top }: Watch): Promise<Room> {
    const { version, entries } = await this.leaderboard.top(board, top);
    const room = { name, board, top, version, entries, viewers: new Map(), ownPlacesAt: version };
    this.rooms.set(name, room);
    this.timer ??= setTimeout(() => void this.tick(), TICK_MS);
    return room;
  }

  private async tick(): Promise<void> {
    this.ticks++;
    await Promise.all([...this.rooms.values()].map((room) => this.refresh(room)));
    this.timer = this.rooms.size > 0 ? setTimeout(() => void this.tick(), TICK_MS) : undefined;
  }

  private async refresh(room: Room): Promise<void> {
    try {
      const version = await this.leaderboard.version(room.board);
      // Lower after a failover or a rebuild: wait until the engine has caught up, versions never go back.
      if (version === null || version > room.version) await this.sendChanges(room);
      if (this.ticks % TICKS_BETWEEN_OWN_PLACES === 0) await this.sendOwnPlaces(room);
    } catch (error) {
      // The viewers keep what they have; the next tick tries again.
      if (error instanceof EngineError || error instanceof DatabaseUnavailableError) return;
      this.logger.error(
        `Could not refresh ${room.name}`,
        error instanceof Error ? error.stack : String(error),
      );
    }
  }

  private async sendChanges(room: Room): Promise<void> {
    const { version, entries } = await this.leaderboard.top(room.board, room.top);
    if (version <= room.version) return;
    const difference = topDifference(room.entries, entries);
    const previousVersion = room.version;
    room.version = version;
    room.entries = entries;
    this.broadcast(room.name, {
      board: room.board,
      window: 'all',
      top: room.top,
      version,
      previousVersion,
      ...difference,
    });
  }

  private async sendOwnPlaces(room: Room): Promise<void> {
    if (room.ownPlacesAt === room.version) return;
    const { board, version } = room;
    const viewers = [...room.viewers.values()].filter(({ playerId }) => playerId !== undefined);
    const playerIds = [...new Set(viewers.map(({ playerId = '' }) => playerId))];
    const places = await Promise.all(playerIds.map((playerId) => this.ownPlace(board, playerId)));
    const placeOf = new Map(playerIds.map((playerId, i) => [playerId, places[i]]));
    for (const viewer of viewers) {
      const { playerId = '' } = viewer;
      const place = placeOf.get(playerId);
      if (place) viewer.own({ board, window: 'all', playerId, version, ...place });
    }
    room.ownPlacesAt = version;
  }

  private async ownPlace(board: string, playerId: string): Promise<OwnPlace | null> {
    try {
      const { rank, score } = await this.leaderboard.rankOf(board, playerId);
      return { rank, score };
    } catch (error) {
      if (error instanceof LeaderboardError && error.code === 'E_PLAYER_NOT_RANKED') return null;
      throw error;
    }
  }
}
