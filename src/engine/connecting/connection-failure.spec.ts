import { ErrorReply } from 'redis';
import { describe, expect, it } from 'vitest';
import { explainConnectionFailure, isWrongUrl, isMisconfiguration } from './connection-failure.js';

const failureWith = (code: string, message = 'failed') => Object.assign(new Error(message), { code });

describe('explainConnectionFailure', () => {
  it.each([
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', /not accept our client certificate/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED', /not accept our client certificate/],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', /not accept our client certificate/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', /not accept our client certificate/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', /asks for a client certificate/],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', /asks for a client certificate/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /does not speak TLS/],
    ['CERT_HAS_EXPIRED', /has expired/],
    ['CERT_NOT_YET_VALID', /not valid yet/],
    ['CERT_SIGNATURE_FAILURE', /revoked or not trusted/],
    ['CERT_REVOKED', /revoked or not trusted/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', /unknown authority/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /for another name/],
  ])('explains %s and treats it as a misconfiguration', (code, sentence) => {
    expect(explainConnectionFailure(failureWith(code))).toMatch(sentence);
    expect(isMisconfiguration(failureWith(code))).toBe(true);
  });

  it('recognises a TLS alert that only the message contains', () => {
    const message = 'write EPROTO 80EB:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca';
    expect(explainConnectionFailure(failureWith('EPROTO', message))).toMatch(/our client certificate/);
  });

  it('does not report other TLS errors as a server without TLS', () => {
    const failure = failureWith('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
    expect(explainConnectionFailure(failure)).toBe(
      'The connection failed (ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION).',
    );
  });

  it('detects a wrong URL among the errors of an AggregateError', () => {
    const failures = new AggregateError([
      new Error("ERR unknown command 'CLUSTER'"),
      failureWith('ECONNREFUSED'),
    ]);
    expect(isWrongUrl(failures)).toBe(true);
    expect(isWrongUrl(failureWith('ECONNREFUSED'))).toBe(false);
  });

  it.each([
    [
      'DENIED Redis is running in protected mode because protected mode is enabled and no password is set for the default user.',
      /protected mode/,
    ],
    ['ERR max number of clients reached', /maxclients/],
    ['ERR max number of clients + cluster connections reached', /maxclients/],
    [
      "ERR unknown command 'AUTH', with args beginning with: 'cluster' 'secret' ",
      /refused the connection: ERR unknown command\.$/,
    ],
    ['BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.', /SCRIPT KILL/],
    ['LOADING Redis is loading the dataset in memory', /loading its data/],
    ['WRONGPASS invalid username-password pair or user is disabled.', /user or password is wrong/],
    ['NOAUTH HELLO must be called with the client already authenticated', /asks for a password/],
    [
      "NOPERM User app has no permissions to run the 'cluster|slots' command",
      /does not allow cluster.slots\. Add/,
    ],
    ['MISCONF Redis is configured to save RDB snapshots', /: MISCONF Redis is configured to save/],
    ["ERR refused for 'secret'", /refused the connection: ERR refused for\.$/],
  ])('explains the handshake error %s without repeating the arguments', (message, sentence) => {
    const error = new ErrorReply(message);
    expect(explainConnectionFailure(error)).toMatch(sentence);
    expect(explainConnectionFailure(error)).not.toContain('secret');
    expect(isWrongUrl(error)).toBe(false);
  });
});
