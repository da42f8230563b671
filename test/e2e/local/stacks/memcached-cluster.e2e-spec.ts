import { createConnection } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type MemcachedCluster, startMemcachedCluster } from '../../../../local/index.js';

let cluster: MemcachedCluster | undefined;

afterEach(async () => {
  await cluster?.stop();
  cluster = undefined;
});

/** What a server answers, up to the line that ends it. */
function answerOf(port: number, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1').setEncoding('latin1');
    let answer = '';
    socket.once('error', reject);
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (!/(?:END|ERROR|VERSION [\d.]+)\r\n$/.test(answer)) return;
      socket.destroy();
      resolve(answer);
    });
    socket.write(`${command}\r\n`);
  });
}

describe('startMemcachedCluster', () => {
  it('announces its nodes in the format of ElastiCache, and a new version after each change', async () => {
    cluster = await startMemcachedCluster({ nodes: 2 });
    const { endpoint, url, nodes } = cluster;
    expect(url).toBe(`memcached+discovery://127.0.0.1:${endpoint.port}`);
    const [first, second] = nodes;
    const before = `2\nlocalhost|127.0.0.1|${first?.port} localhost|127.0.0.1|${second?.port}\n`;
    const answer = await answerOf(endpoint.port, 'config get cluster');
    expect(answer).toBe(`CONFIG cluster 0 ${before.length}\r\n${before}\r\nEND\r\n`);
    const third = await cluster.addNode();
    if (first) cluster.removeNode(first);
    const after = await answerOf(endpoint.port, 'config get cluster');
    expect(after).toContain(
      `\n4\nlocalhost|127.0.0.1|${second?.port} localhost|127.0.0.1|${third.port}\n`.slice(1),
    );
    expect(cluster.nodes).toEqual([second, third]);
  });

  it('has real servers as nodes, which do not know the command, and an endpoint without keys', async () => {
    cluster = await startMemcachedCluster({ nodes: 1 });
    const port = cluster.nodes[0]?.port ?? 0;
    expect(await answerOf(port, 'config get cluster')).toBe('ERROR\r\n');
    expect(await answerOf(port, 'version')).toMatch(/^VERSION 1\./);
    expect(await answerOf(cluster.endpoint.port, 'get key')).toBe('ERROR\r\n');
  });
});
