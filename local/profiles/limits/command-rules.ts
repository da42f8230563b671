import type { Profile, RefusalText } from '../profile.js';
import { printable } from './refusal-texts.js';
import { ScriptRewriting } from './script-rewriting.js';

/** What a profile's proxy does with a command: send these bytes, reply with this error, or close the connection. */
export type Verdict = { readonly send: Buffer } | { readonly error: string } | 'close';

/** The limits of a profile, applied to each command. */
export class CommandRules {
  private readonly texts = new Map<string, RefusalText>();
  private readonly scripts: ScriptRewriting | undefined;

  constructor(private readonly profile: Pick<Profile, 'refused' | 'refusedInScripts' | 'mostArguments'>) {
    for (const { commands, text } of profile.refused) {
      for (const command of commands) this.texts.set(command, text);
    }
    this.scripts = profile.refusedInScripts && new ScriptRewriting(profile.refusedInScripts);
  }

  judge(args: readonly Buffer[], bytes: Buffer): Verdict {
    // What the service does beyond the limit is not documented. A closed connection is the hardest for a client.
    if (args.length > (this.profile.mostArguments ?? Infinity)) return 'close';
    const words = printable(args.slice(0, 2));
    const [name = '', subcommand = ''] = words.map((word) => word.toUpperCase());
    const text = this.texts.get(name) ?? this.texts.get(`${name} ${subcommand}`);
    if (text) return { error: text(printable(args)) };
    return { send: this.scripts?.rewrite(args) ?? bytes };
  }
}
