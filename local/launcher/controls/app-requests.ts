import type { Zone } from '../../stacks/zones.js';
import { Refusal } from './refusal.js';
import type { ClusterAction, ServerAction, ServerControls, ZoneAction } from './server-controls.js';

/** What an app node asks through its channel. It validates what comes from outside. */
type AppRequest = { readonly id: number } & (
  | { readonly ask: 'list' }
  | { readonly ask: 'control'; readonly name: string; readonly action: ServerAction }
  | { readonly ask: 'resize'; readonly action: ClusterAction }
  | { readonly ask: 'zone'; readonly zone: Zone; readonly action: ZoneAction }
);

type AppAnswer = { readonly id: number } & (
  { readonly result: unknown } | { readonly refusal: { readonly code: string; readonly message: string } }
);

/** Answers a request of an app node. Undefined for any other message. */
export async function answerApp(controls: ServerControls, message: unknown): Promise<AppAnswer | undefined> {
  if (typeof message !== 'object' || message === null || !('ask' in message)) return undefined;
  const request = message as AppRequest;
  const { id } = request;
  try {
    return { id, result: await perform(controls, request) };
  } catch (error) {
    return { id, refusal: refusalOf(error as Error) };
  }
}

function refusalOf(error: Error): { code: string; message: string } {
  if (error instanceof Refusal) return { code: error.code, message: error.message };
  // The rest may be the log of the server.
  const [reason] = error.message.split(/ Its log ends with|\n/);
  return { code: 'E_SERVER_SILENT', message: `${reason} See the output of npm start.` };
}

function perform(controls: ServerControls, request: AppRequest): Promise<unknown> {
  switch (request.ask) {
    case 'list':
      return controls.list();
    case 'control':
      return controls.control(request.name, request.action);
    case 'zone':
      return controls.changeZone(request.zone, request.action);
    default:
      return controls.resize(request.action);
  }
}
