import { createHash } from 'node:crypto';
import { encodeCommand } from '../../resp/command-frames.js';

/**
 * Makes commands unavailable in scripts, with the error that servers reply with to commands that scripts may not call. A script gets a
 * table `redis` of its own, on its first line of Lua, so that line numbers stay the same. SCRIPT LOAD is not rewritten.
 */
export class ScriptRewriting {
  /** By the digest that the client knows. */
  private readonly digests = new Map<string, string>();
  private readonly prefix: string;

  constructor(refused: readonly string[]) {
    this.prefix = luaPrefix(refused);
  }

  /** The command to send instead of EVAL or EVALSHA. Undefined for other commands. */
  rewrite([command, script, ...rest]: readonly Buffer[]): Buffer | undefined {
    const name = command?.toString().toUpperCase();
    if (!command || !script) return undefined;
    if (name === 'EVAL') return encodeCommand([command, this.wrap(script), ...rest]);
    if (name !== 'EVALSHA') return undefined;
    const digest = script.toString().toLowerCase();
    return encodeCommand([command, this.digests.get(digest) ?? digest, ...rest]);
  }

  private wrap(script: Buffer): Buffer {
    const start = firstLineOf(script);
    const wrapped = Buffer.concat([
      script.subarray(0, start),
      Buffer.from(this.prefix),
      script.subarray(start),
    ]);
    this.digests.set(digestOf(script), digestOf(wrapped));
    return wrapped;
  }
}

/** Where the Lua begins: after a line such as `#!lua flags=no-writes`. */
function firstLineOf(script: Buffer): number {
  return script.subarray(0, 2).toString() === '#!' ? script.indexOf('\n') + 1 : 0;
}

function luaPrefix(refused: readonly string[]): string {
  const set = refused.map((command) => `${command}=true`).join(',');
  const error = `{err='ERR This Redis command is not allowed from script',source='@user_script',line='1'}`;
  return (
    `local redis=(function(r) local refused={${set}} ` +
    `local function isRefused(c) return type(c)=='string' and refused[string.upper(c)] end ` +
    `return setmetatable({call=function(c,...) if isRefused(c) then error(${error},0) end return r.call(c,...) end,` +
    `pcall=function(c,...) if isRefused(c) then return ${error} end return r.pcall(c,...) end},{__index=r}) end)(redis) `
  );
}

function digestOf(script: Buffer): string {
  return createHash('sha1').update(script).digest('hex');
}
