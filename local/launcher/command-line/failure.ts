const DISK_FULL = /No space left on device/;

/** The message when the stack does not start. Errors of the operating system get a remedy. */
export function describeFailure(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const where = path ? ` at ${path}` : '';
  if (code === 'ENOSPC' || DISK_FULL.test(message)) {
    return `The disk is full${where}. Free some space and start again. Unfinished steps are repeated.\n${message}`;
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `Permission denied${where}. Make it writable, or start as its owner.\n${message}`;
  }
  return message;
}
