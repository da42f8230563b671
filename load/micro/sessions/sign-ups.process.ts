import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';

/** Sends sign-ups or sign-ins at once, and reports how many were answered with each status. */
const [port, what, atOnce] = process.argv.slice(2);
const path = what === 'sign-ins' ? '/api/sessions' : '/api/accounts';
const agent = new Agent();

const count: Record<string, number> = {};
await Promise.all(Array.from({ length: Number(atOnce) }, send));
const answers = Object.entries(count).map(([status, answered]) => `${answered} x ${status}`);
process.send?.(answers.join(', '));
process.disconnect();

function send(): Promise<void> {
  const body = JSON.stringify({ username: `u-${randomUUID().slice(0, 12)}`, password: 'a long passphrase' });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    request({ host: '127.0.0.1', port, path, agent, method: 'POST', headers }, (response) => {
      count[`${response.statusCode}`] = (count[`${response.statusCode}`] ?? 0) + 1;
      response.on('end', resolve).resume();
    })
      .on('error', reject)
      .end(body);
  });
}
