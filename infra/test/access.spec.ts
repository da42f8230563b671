import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BOARDS_ACL, QUERIES_ACL, SESSIONS_ACL } from '../lib/engines/acl.js';

/** What docker/acl has for engines that are not on AWS: ElastiCache rejects access strings that name CONFIG. */
const NOT_ON_AWS = ['+config|get'];
/** What every connection may send here, and a subscription that ends. */
const FOR_ALL = ['+ping', '+cluster|slots', '+asking', '+multi', '+exec', '+discard', '+sunsubscribe'];

const commandsIn = (text: string) => text.match(/\+\S+/g) ?? [];

describe('the access string of a user of ElastiCache', () => {
  it.each([
    ['sessions', SESSIONS_ACL],
    ['leaderboard', BOARDS_ACL],
    ['cache', QUERIES_ACL],
  ])('allows the commands of docker/acl/%s.txt, and those of every connection', (role, access) => {
    const file = readFileSync(new URL(`../../docker/acl/${role}.txt`, import.meta.url), 'utf8');
    const expected = commandsIn(file).filter((command) => !NOT_ON_AWS.includes(command));
    expect(new Set(commandsIn(access))).toEqual(new Set([...expected, ...FOR_ALL]));
  });
});
