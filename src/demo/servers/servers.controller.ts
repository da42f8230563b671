import {
  Body,
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  UseFilters,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
} from '@nestjs/swagger';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { LauncherClient } from './launcher.client.js';
import { ServerEvents } from './server-events.js';
import { ServersErrorFilter } from './servers.errors.js';
import {
  clusterActionSchema,
  serverActionSchema,
  serverNameSchema,
  zoneActionSchema,
  zoneSchema,
} from './servers.schemas.js';
import type { ClusterAction, ClusterChange, Server, ServerAction, Zone, ZoneAction } from './servers.wire.js';
import { clusterAnswer, serverAnswer, serversAnswer } from '../demo.answers.js';

/** The launcher asks its servers for their roles, and each of them has half a second. */
const LIST_SECONDS = 5;
/** PostgreSQL has 10 s to stop and 60 s to start. */
const ACTION_SECONDS = 90;
const RESIZE_SECONDS = 180;

/** The servers that `npm start` started. For the console of a demo. */
@ApiTags('operator')
@ApiBearerAuth('operator')
@ApiServiceUnavailableResponse({ description: 'E_LAUNCHER_SILENT, E_SERVER_SILENT' })
@UseGuards(OperatorGuard)
@UseFilters(ServersErrorFilter)
@UsePipes(validationPipe)
@Controller('api/demo')
export class ServersController {
  constructor(
    private readonly launcher: LauncherClient,
    private readonly events: ServerEvents,
  ) {}

  @Get('servers')
  @ApiOkResponse({ standardSchema: serversAnswer })
  @ApiOperation({ summary: 'List the servers that npm start started, with their state and role' })
  @ApiNotFoundResponse({ description: 'E_NO_LAUNCHER' })
  list(): Promise<Server[]> {
    return this.events.observe(() => this.launcher.ask({ ask: 'list' }, LIST_SECONDS));
  }

  @Post('servers/:name')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: serverAnswer })
  @ApiOperation({
    summary:
      'Kill, pause, resume or restart a server; a restart answers when the server does. An app node can only be restarted, and the answer comes before',
  })
  @ApiNotFoundResponse({ description: 'E_NO_LAUNCHER, E_SERVER_UNKNOWN' })
  @ApiConflictResponse({ description: 'E_SERVER_STATE, E_SERVER_BUSY' })
  control(
    @Param({ schema: serverNameSchema }) { name }: { name: string },
    @Body({ schema: serverActionSchema }) { action }: { action: ServerAction },
  ): Promise<Server> {
    return this.launcher.ask({ ask: 'control', name, action }, ACTION_SECONDS);
  }

  @Post('zones/:zone')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: serversAnswer })
  @ApiOperation({ summary: 'Cut a zone off, by pausing all servers in it, or restore it' })
  @ApiNotFoundResponse({ description: 'E_NO_LAUNCHER, E_ZONE_UNKNOWN' })
  @ApiConflictResponse({ description: 'E_SERVER_BUSY' })
  changeZone(
    @Param({ schema: zoneSchema }) { zone }: { zone: Zone },
    @Body({ schema: zoneActionSchema }) { action }: { action: ZoneAction },
  ): Promise<Server[]> {
    return this.launcher.ask({ ask: 'zone', zone, action }, LIST_SECONDS);
  }

  @Post('cluster')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: clusterAnswer })
  @ApiOperation({ summary: 'Add a shard or remove the newest; answers when all slots have moved' })
  @ApiNotFoundResponse({ description: 'E_NO_LAUNCHER, E_NO_CLUSTER' })
  @ApiConflictResponse({ description: 'E_SERVER_STATE, E_SERVER_BUSY' })
  resize(
    @Body({ schema: clusterActionSchema }) { action }: { action: ClusterAction },
  ): Promise<ClusterChange> {
    return this.launcher.ask({ ask: 'resize', action }, RESIZE_SECONDS);
  }
}
