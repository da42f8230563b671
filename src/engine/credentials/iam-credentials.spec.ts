import { describe, expect, it } from 'vitest';
import { isRefusedPassword } from './credentials.js';
import { explainAwsFailure } from './iam-credentials.js';

describe('auth=iam', () => {
  it('recognises that the server refuses a renewed token', () => {
    const message =
      'Re-authentication with latest credentials failed: WRONGPASS invalid username-password pair';
    expect(isRefusedPassword(new Error(message))).toBe(true);
  });

  it('names the packages to install', () => {
    const error = Object.assign(new Error("Cannot find package '/secret'"), { code: 'ERR_MODULE_NOT_FOUND' });
    expect(explainAwsFailure(error).message).toMatch(
      /^A package .+ Install @aws-sdk\/credential-provider-node/,
    );
  });

  it('says that AWS did not answer in time', () => {
    const error = new DOMException('/secret', 'TimeoutError');
    expect(explainAwsFailure(error).message).toMatch(/\(TimeoutError\)\. Check its role/);
  });
});
