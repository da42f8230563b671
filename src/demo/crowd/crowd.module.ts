import { Module } from '@nestjs/common';
import { CrowdLoader } from './crowd-loader.service.js';
import { CrowdRanks } from './crowd-ranks.service.js';
import { CrowdController } from './crowd.controller.js';

/** A board with up to a million players, to compare a rank by SQL with one by sorted set. */
@Module({ controllers: [CrowdController], providers: [CrowdLoader, CrowdRanks] })
export class CrowdModule {}
