const DISK_FULL = /No space left on device/;

/** What is said when the stack does not start; errors of the system get a remedy. */
export function describeFailure(error: unknown): string {
  const { code, path, message } = error as NodeJS.ErrnoException;
  const where = path ? ` at ${path}` : '';
  if (code === 'ENOSPC' || DISK_FULL.test(message)) {
    return `The disk is full${where}. Free some space and start again; what is half done is done anew.\n${message}`;
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return `This user may not write${where}. Make it writable, or start as the user that owns it.\n${message}`;
  }
  return message;
}
