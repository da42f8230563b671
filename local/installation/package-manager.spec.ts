import { describe, expect, it } from 'vitest';
import { installCommand, type MachineFacts, PACKAGE_MANAGERS } from './package-manager.js';

const fedora: MachineFacts = { manager: 'dnf', root: true, sudo: false };

describe('installCommand', () => {
  it('runs the package manager directly as root', () => {
    expect(installCommand('valkey', fedora)).toEqual(['dnf', 'install', '--assumeyes', 'valkey']);
  });

  it('uses sudo when the user is not root', () => {
    const facts = { ...fedora, root: false, sudo: true };
    expect(installCommand('redis', facts)).toEqual(['sudo', 'dnf', 'install', '--assumeyes', 'redis']);
  });

  it('names the command for root when there is no sudo', () => {
    expect(() => installCommand('redis', { ...fedora, root: false })).toThrow(
      'redis-server is not installed. As root, run: dnf install --assumeyes redis.',
    );
  });

  it('runs Homebrew as the user, because it refuses root', () => {
    const facts = { manager: 'brew', root: false, sudo: true } as const;
    expect(installCommand('valkey', facts)).toEqual(['brew', 'install', 'valkey']);
  });

  it.each(PACKAGE_MANAGERS)('never asks a question when it runs %s', (manager) => {
    const command = installCommand('memcached', { ...fedora, manager });
    expect(command).toContain('memcached');
    expect(command.filter((word) => word === 'sudo')).toEqual([]);
  });

  it('lists the supported package managers when the machine has none', () => {
    expect(() => installCommand('valkey', { ...fedora, manager: undefined })).toThrow(
      'valkey-server is not installed, and this machine has none of apt-get, dnf, apk, pacman, brew to install it.',
    );
  });
});
