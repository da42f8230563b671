/** The application does not give a module what it needs: a wrong option, a missing module, another HTTP or websocket library. */
export class ModuleSetupError extends Error {
  readonly code = 'E_MODULE_SETUP';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ModuleSetupError';
  }
}
