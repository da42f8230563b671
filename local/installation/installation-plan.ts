import { ENGINE_PROGRAMS, type EngineKind } from './engine-program.js';

export const PACKAGE_MANAGERS = ['dnf', 'apk', 'pacman', 'brew'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** What planning needs to know about this machine. */
export interface MachineFacts {
  readonly manager: PackageManager | undefined;
  readonly root: boolean;
  readonly sudo: boolean;
  /** Packages that the manager's lists have now. */
  readonly offered: ReadonlySet<string>;
  /** Whether those lists were fetched just now. */
  readonly refreshed: boolean;
}

export type InstallationPlan =
  | { readonly step: 'refresh'; readonly command: readonly string[] }
  | { readonly step: 'install'; readonly kind: EngineKind; readonly command: readonly string[] }
  | { readonly step: 'impossible'; readonly reason: string };

interface ManagerRules {
  readonly packages: Readonly<Record<EngineKind, string>>;
  readonly refresh: readonly string[];
  readonly install: readonly string[];
}

const PLAIN_NAMES = { valkey: 'valkey', redis: 'redis', memcached: 'memcached' };

const RULES: Readonly<Record<PackageManager, ManagerRules>> = {
  dnf: { packages: PLAIN_NAMES, refresh: ['dnf', 'makecache'], install: ['dnf', 'install', '--assumeyes'] },
  apk: { packages: PLAIN_NAMES, refresh: ['apk', 'update'], install: ['apk', 'add'] },
  pacman: {
    packages: PLAIN_NAMES,
    refresh: ['pacman', '--sync', '--refresh'],
    install: ['pacman', '--sync', '--needed', '--noconfirm'],
  },
  brew: { packages: PLAIN_NAMES, refresh: ['brew', 'update'], install: ['brew', 'install'] },
};

/** The packages to ask the manager about, to learn what it offers. */
export function candidatePackages(manager: PackageManager, kinds: readonly EngineKind[]): string[] {
  return kinds.map((kind) => RULES[manager].packages[kind]);
}

/** The next command that installs the first of `kinds` that the package manager offers, in their order. */
export function planInstallation(kinds: readonly EngineKind[], facts: MachineFacts): InstallationPlan {
  const wanted = kinds.map((kind) => ENGINE_PROGRAMS[kind]).join(' or ');
  const { manager } = facts;
  if (!manager) {
    const known = ['apt-get', ...PACKAGE_MANAGERS].join(', ');
    return impossible(`${wanted} is not installed, and none of ${known} is here to install it.`);
  }
  const { packages, refresh, install } = RULES[manager];
  const kind = kinds.find((candidate) => facts.offered.has(packages[candidate]));
  if (!kind && facts.refreshed) {
    return impossible(`${wanted} is not installed, and ${manager} offers no package for it.`);
  }
  const command = kind ? [...install, packages[kind]] : refresh;
  // Homebrew refuses root, the others need it.
  if (manager === 'brew' || facts.root) return next(kind, command);
  if (facts.sudo) return next(kind, ['sudo', ...command]);
  return impossible(`${wanted} is not installed. As root, run: ${command.join(' ')}.`);
}

function next(kind: EngineKind | undefined, command: readonly string[]): InstallationPlan {
  return kind ? { step: 'install', kind, command } : { step: 'refresh', command };
}

function impossible(reason: string): InstallationPlan {
  return { step: 'impossible', reason };
}
