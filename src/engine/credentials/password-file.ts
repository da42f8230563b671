import { readFileSync } from 'node:fs';
import { type EngineAddress, EngineUrlError } from '../address/engine-address.js';

/** The message continues a sentence about the file. It does not contain the path or the password. */
export class PasswordFileError extends Error {}

/**
 * Reads the password from a file, without the line break at its end. Synchronously, because the file has one line.
 *
 * @throws {PasswordFileError} if there is no password in it.
 */
export function readPasswordFile(file: string): string {
  const password = readText(file).replace(/[\r\n]+$/, '');
  if (password === '') throw new PasswordFileError('is empty. Write the password into it.');
  if (/[\r\n]/.test(password)) {
    throw new PasswordFileError('has more than one line. Write only the password into it.');
  }
  return password;
}

/**
 * Checks the password files of an address at boot.
 *
 * @throws {EngineUrlError} if one has no password.
 */
export function checkPasswordFiles({ passwordFile, sentinel }: EngineAddress): void {
  const files = { 'password-file': passwordFile, 'sentinel-password-file': sentinel?.passwordFile };
  for (const [parameter, file] of Object.entries(files)) {
    try {
      if (file) readPasswordFile(file);
    } catch (error) {
      if (!(error instanceof PasswordFileError)) throw error;
      throw new EngineUrlError(`names the ${parameter} ${file}, which ${error.message}`);
    }
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new PasswordFileError(`cannot be read (${code}). Correct the path or the permissions.`);
  }
}
