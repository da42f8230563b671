import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Param,
  Post,
  Put,
  Req,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiConflictResponse,
  ApiCookieAuth,
  ApiCreatedResponse,
  ApiForbiddenResponse,
  ApiNoContentResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
  ApiUnprocessableEntityResponse,
} from '@nestjs/swagger';
import type { Request } from 'express';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import {
  type CurrentSession,
  currentSessionAnswer,
  RecentlySignedIn,
  revokedAnswer,
  SignedInOnly,
  WithSession,
} from '../../sessions/index.js';
import {
  type Confirmation,
  confirmationSchema,
  type NewAccount,
  newAccountSchema,
  type PasswordChange,
  passwordChangeSchema,
  type SignIn,
  signInSchema,
  usernameSchema,
} from './accounts.schemas.js';
import { AccountsService } from './accounts.service.js';
import { AuthenticationService, clientOf } from './authentication.service.js';
import { accountAnswer } from '../demo.answers.js';

@ApiTags('accounts')
@UsePipes(validationPipe)
@Controller('api')
export class AccountsController {
  constructor(
    private readonly accounts: AccountsService,
    private readonly authentication: AuthenticationService,
  ) {}

  @Post('accounts')
  @ApiCreatedResponse({ standardSchema: accountAnswer })
  @ApiOperation({ summary: 'Create an account; limited to SIGN_UPS_PER_ADDRESS an hour' })
  @ApiConflictResponse({ description: 'E_USERNAME_TAKEN' })
  @ApiTooManyRequestsResponse({ description: 'E_TOO_MANY_SIGN_UPS' })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID, also for a password that is easy to guess' })
  @ApiServiceUnavailableResponse({ description: 'E_ACCOUNTS_BUSY, E_DATABASE_UNAVAILABLE' })
  create(@Req() request: Request, @Body({ schema: newAccountSchema }) account: NewAccount) {
    return this.accounts.create(account, clientOf(request));
  }

  @Post('sessions')
  @WithSession()
  @ApiCreatedResponse({ standardSchema: currentSessionAnswer })
  @ApiOperation({ summary: 'Sign in; responds once the engine has the session' })
  @ApiUnauthorizedResponse({ description: 'E_WRONG_CREDENTIALS' })
  @ApiTooManyRequestsResponse({
    description: 'E_TOO_MANY_FAILURES: too many wrong passwords; right ones do not count',
  })
  @ApiServiceUnavailableResponse({
    description: 'E_ACCOUNTS_BUSY, E_ENGINE_UNAVAILABLE, E_DATABASE_UNAVAILABLE',
  })
  signIn(@Req() request: Request, @Body({ schema: signInSchema }) signIn: SignIn): Promise<CurrentSession> {
    return this.authentication.signIn(request, signIn);
  }

  @Post('sessions/current/authentication')
  @HttpCode(204)
  @SignedInOnly()
  @ApiCookieAuth('session')
  @ApiOperation({
    summary: 'Verify the password again, for routes that need a recent one; the session gets a new id',
  })
  @ApiNoContentResponse()
  @ApiUnauthorizedResponse({ description: 'E_NO_SESSION, E_WRONG_CREDENTIALS' })
  @ApiTooManyRequestsResponse({ description: 'E_TOO_MANY_FAILURES' })
  @ApiServiceUnavailableResponse({
    description: 'E_ACCOUNTS_BUSY, E_ENGINE_UNAVAILABLE, E_DATABASE_UNAVAILABLE, E_SESSION_CONTENDED',
  })
  confirm(
    @Req() request: Request,
    @Body({ schema: confirmationSchema }) confirmation: Confirmation,
  ): Promise<void> {
    return this.authentication.confirm(request, confirmation);
  }

  @Put('accounts/current/password')
  @HttpCode(204)
  @RecentlySignedIn({ withinSeconds: 15 * 60 })
  @ApiCookieAuth('session')
  @ApiOperation({ summary: 'Change the password; this session gets a new id, all others end' })
  @ApiNoContentResponse({
    description: 'The password is changed. A session that was ended meanwhile stays ended.',
  })
  @ApiUnauthorizedResponse({
    description: 'E_NO_SESSION, E_WRONG_CREDENTIALS: the password is not changed',
  })
  @ApiForbiddenResponse({ description: 'E_NOT_RECENTLY_SIGNED_IN' })
  @ApiTooManyRequestsResponse({
    description: 'E_TOO_MANY_FAILURES: too many wrong passwords in password changes',
  })
  @ApiUnprocessableEntityResponse({ description: 'E_INVALID, also for a password that is easy to guess' })
  @ApiServiceUnavailableResponse({
    description:
      'E_SESSIONS_REMAIN: the password is changed. E_DATABASE_UNAVAILABLE: see the detail. Otherwise it is not changed.',
  })
  changePassword(
    @Req() request: Request,
    @Body({ schema: passwordChangeSchema }) change: PasswordChange,
  ): Promise<void> {
    return this.authentication.changePassword(request, change);
  }

  @Delete('accounts/:username/sessions')
  @UseGuards(OperatorGuard)
  @ApiBearerAuth('operator')
  @ApiOperation({
    summary: 'End all sessions of an account: for password resets, disabled accounts and abuse',
  })
  @ApiOkResponse({ standardSchema: revokedAnswer })
  @ApiNotFoundResponse({ description: 'E_ACCOUNT_UNKNOWN' })
  @ApiServiceUnavailableResponse({
    description: 'E_ENGINE_UNAVAILABLE, E_NOT_REPLICATED, E_DATABASE_UNAVAILABLE',
  })
  async endSessions(@Param({ schema: usernameSchema }) { username }: { username: string }) {
    return { revoked: await this.authentication.endSessions(username) };
  }
}
