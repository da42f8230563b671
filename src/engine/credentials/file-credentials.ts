import { type ConnectionCredentials, type Credentials, sentOnce } from './credentials.js';
import { CredentialsError } from './credentials-error.js';
import { PasswordFileError, readPasswordFile } from './password-file.js';

/**
 * A password in a file. It is read again for every connection, so that a rotated password needs no restart. Open connections stay
 * open: Redis and Valkey check a password only when a connection signs in.
 */
export class FileCredentials implements Credentials {
  constructor(
    private readonly user: { username?: string },
    private readonly file: string,
    /** The parameter of the URL that names the file. */
    private readonly parameter: string,
  ) {}

  async open(): Promise<ConnectionCredentials> {
    const password = this.read();
    return {
      provider: sentOnce({ ...this.user, password }),
      refused: () => this.error(`has a user or password that the server refuses. Correct them.`, password),
    };
  }

  private read(): string {
    try {
      return readPasswordFile(this.file);
    } catch (error) {
      if (!(error instanceof PasswordFileError)) throw error;
      throw this.error(error.message);
    }
  }

  /** @param used the password that the failed attempt used. */
  private error(reason: string, used?: string): CredentialsError {
    return new CredentialsError(`The ${this.parameter} of its URL ${reason}`, () => this.hasOtherThan(used));
  }

  private hasOtherThan(used: string | undefined): boolean {
    try {
      return readPasswordFile(this.file) !== used;
    } catch {
      return false;
    }
  }
}
