/** Something that the caller has to correct before anything can be copied: says what is wrong and what to do. Nothing was changed. */
export class CopyError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CopyError';
  }
}
