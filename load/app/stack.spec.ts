import { expect, it } from 'vitest';
import { engineUrlIn } from './stack.js';

it.each([
  ['engine     valkey-server 8.0.1  valkey://127.0.0.1:38665/0  pid 14185', 'valkey://127.0.0.1:38665/0'],
  ['engine     valkey+cluster://127.0.0.1:7000,127.0.0.1:7001/0  started in 2.1 s', null],
  ['database   postgres 18.4  postgres://postgres@127.0.0.1:42441/postgres  pid 14334', null],
])('finds the URL of one engine in a line of the launcher: %s', (line, url) => {
  expect(engineUrlIn(line)).toBe(url);
});
