import { z } from 'zod';
import { checkPasswordFiles, EngineUrlError, parseEngineUrl, readTlsFiles } from '../../engine/index.js';

/** See src/engine/README.md for the grammar. */
export const engineUrl = z.string().transform((url, context) => {
  try {
    const address = parseEngineUrl(url);
    if (address.tls) readTlsFiles(address.tls);
    checkPasswordFiles(address);
    return address;
  } catch (error) {
    if (!(error instanceof EngineUrlError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
    return z.NEVER;
  }
});
