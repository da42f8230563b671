export type RefusalCode =
  | 'E_SERVER_UNKNOWN'
  | 'E_NO_CLUSTER'
  | 'E_ZONE_UNKNOWN'
  | 'E_SERVER_STATE'
  | 'E_SERVER_BUSY'
  | 'E_SERVER_SILENT';

/** An action that is not performed. The message says what to do. */
export class Refusal extends Error {
  constructor(
    readonly code: RefusalCode,
    message: string,
  ) {
    super(message);
  }
}
