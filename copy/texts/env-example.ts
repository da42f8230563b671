import type { Setting } from '../templates/template.js';

/** Appends the settings that the file does not name yet, also not in a comment. */
export function addSettings(text: string, settings: readonly Setting[]): string {
  const added = new Map(
    settings.filter(({ name }) => !isNamed(text, name)).map((setting) => [setting.name, setting]),
  );
  if (added.size === 0) return text;
  const blocks = [...added.values()].map(
    ({ name, description, value = '' }) => `# ${description}\n${name}=${value}\n`,
  );
  const separator = text === '' ? '' : text.endsWith('\n') ? '\n' : '\n\n';
  return `${text}${separator}${blocks.join('\n')}`;
}

function isNamed(text: string, name: string): boolean {
  return new RegExp(`^[#\\s]*(?:export\\s+)?${name}\\s*=`, 'm').test(text);
}
