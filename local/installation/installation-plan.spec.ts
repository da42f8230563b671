import { describe, expect, it } from 'vitest';
import { type MachineFacts, PACKAGE_MANAGERS, planInstallation } from './installation-plan.js';

const fedora: MachineFacts = {
  manager: 'dnf',
  root: true,
  sudo: false,
  offered: new Set(['valkey', 'redis', 'memcached']),
  refreshed: false,
};
const INSTALL = ['dnf', 'install', '--assumeyes'];

describe('planInstallation', () => {
  it('installs Valkey where the package manager offers it', () => {
    expect(planInstallation(['valkey', 'redis'], fedora)).toEqual({
      step: 'install',
      kind: 'valkey',
      command: [...INSTALL, 'valkey'],
    });
  });

  it('installs Redis where Valkey is not offered', () => {
    const facts = { ...fedora, offered: new Set(['redis']) };
    expect(planInstallation(['valkey', 'redis'], facts)).toMatchObject({
      kind: 'redis',
      command: [...INSTALL, 'redis'],
    });
  });

  it('installs the one that was asked for', () => {
    expect(planInstallation(['memcached'], fedora)).toMatchObject({ kind: 'memcached' });
  });

  it('refreshes lists that know none of them, once', () => {
    const stale = { ...fedora, offered: new Set<string>() };
    expect(planInstallation(['valkey', 'redis'], stale)).toEqual({
      step: 'refresh',
      command: ['dnf', 'makecache'],
    });
    expect(planInstallation(['valkey', 'redis'], { ...stale, refreshed: true })).toEqual({
      step: 'impossible',
      reason: expect.stringContaining('dnf offers no package for it') as string,
    });
  });

  it('goes through sudo when it is not root', () => {
    const plan = planInstallation(['redis'], { ...fedora, root: false, sudo: true });
    expect(plan).toMatchObject({ command: ['sudo', ...INSTALL, 'redis'] });
  });

  it('says what root has to run when there is no sudo', () => {
    const plan = planInstallation(['redis'], { ...fedora, root: false });
    expect(plan).toMatchObject({
      step: 'impossible',
      reason: expect.stringContaining(`As root, run: ${INSTALL.join(' ')} redis.`) as string,
    });
  });

  it('leaves root out of it with Homebrew', () => {
    const facts = { ...fedora, manager: 'brew', root: false, offered: new Set(['valkey']) } as const;
    expect(planInstallation(['valkey', 'redis'], facts)).toMatchObject({
      command: ['brew', 'install', 'valkey'],
    });
  });

  it.each(PACKAGE_MANAGERS)('knows how to install each engine with %s', (manager) => {
    const offered = new Set(['valkey', 'redis', 'memcached']);
    for (const kind of ['valkey', 'redis', 'memcached'] as const) {
      expect(planInstallation([kind], { ...fedora, manager, offered })).toMatchObject({
        step: 'install',
        kind,
      });
    }
  });

  it('says which package managers it knows when there is none', () => {
    expect(planInstallation(['valkey'], { ...fedora, manager: undefined })).toEqual({
      step: 'impossible',
      reason:
        'valkey-server is not installed, and none of apt-get, dnf, apk, pacman, brew is here to install it.',
    });
  });
});
