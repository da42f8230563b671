import { describe, expect, it } from 'vitest';
import { type MachineFacts, PACKAGE_MANAGERS, planInstallation } from './installation-plan.js';

const debian: MachineFacts = {
  manager: 'apt-get',
  root: true,
  sudo: false,
  offered: new Set(['valkey-server', 'redis-server', 'memcached']),
  refreshed: false,
};
const INSTALL = 'env DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends'.split(' ');

describe('planInstallation', () => {
  it('installs Valkey where the package manager offers it', () => {
    expect(planInstallation(['valkey', 'redis'], debian)).toEqual({
      step: 'install',
      kind: 'valkey',
      command: [...INSTALL, 'valkey-server'],
    });
  });

  it('installs Redis on a Debian 12 without backports', () => {
    const facts = { ...debian, offered: new Set(['redis-server']) };
    expect(planInstallation(['valkey', 'redis'], facts)).toMatchObject({
      kind: 'redis',
      command: [...INSTALL, 'redis-server'],
    });
  });

  it('installs the one that was asked for', () => {
    expect(planInstallation(['memcached'], debian)).toMatchObject({ kind: 'memcached' });
  });

  it('refreshes lists that know none of them, once', () => {
    const stale = { ...debian, offered: new Set<string>() };
    expect(planInstallation(['valkey', 'redis'], stale)).toEqual({
      step: 'refresh',
      command: ['apt-get', 'update'],
    });
    expect(planInstallation(['valkey', 'redis'], { ...stale, refreshed: true })).toEqual({
      step: 'impossible',
      reason: expect.stringContaining('apt-get offers no package for it') as string,
    });
  });

  it('goes through sudo when it is not root', () => {
    const plan = planInstallation(['redis'], { ...debian, root: false, sudo: true });
    expect(plan).toMatchObject({ command: ['sudo', ...INSTALL, 'redis-server'] });
  });

  it('says what root has to run when there is no sudo', () => {
    const plan = planInstallation(['redis'], { ...debian, root: false });
    expect(plan).toMatchObject({
      step: 'impossible',
      reason: expect.stringContaining(`As root, run: ${INSTALL.join(' ')} redis-server.`) as string,
    });
  });

  it('leaves root out of it with Homebrew', () => {
    const facts = { ...debian, manager: 'brew', root: false, offered: new Set(['valkey']) } as const;
    expect(planInstallation(['valkey', 'redis'], facts)).toMatchObject({
      command: ['brew', 'install', 'valkey'],
    });
  });

  it.each(PACKAGE_MANAGERS)('knows how to install each engine with %s', (manager) => {
    const offered = new Set(['valkey', 'redis', 'valkey-server', 'redis-server', 'memcached']);
    for (const kind of ['valkey', 'redis', 'memcached'] as const) {
      expect(planInstallation([kind], { ...debian, manager, offered })).toMatchObject({
        step: 'install',
        kind,
      });
    }
  });

  it('says which package managers it knows when there is none', () => {
    expect(planInstallation(['valkey'], { ...debian, manager: undefined })).toEqual({
      step: 'impossible',
      reason:
        'valkey-server is not installed, and none of apt-get, dnf, apk, pacman, brew is here to install it. ' +
        'Install one yourself, or name one that runs elsewhere in ENGINE_URL.',
    });
  });
});
