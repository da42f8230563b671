const START = /^\s*(?:\/\/|#|<!--) #region ([a-z -]+?)(?: -->)?$/;
const END = /^\s*(?:\/\/|#|<!--) #endregion(?: -->)?$/;

/**
 * Removes the regions of modules that were not chosen, and the lines that mark regions. A region is for each module that it names:
 * `// #region plain-cache query-cache` to `// #endregion`, also as comments of YAML, shell and Markdown.
 *
 * @returns null if nothing is left.
 */
export function keepRegions(text: string, modules: readonly string[]): string | null {
  let isKept = true;
  const lines = text.split('\n').filter((line) => {
    const start = START.exec(line)?.[1];
    if (start !== undefined) isKept = start.split(' ').some((module) => modules.includes(module));
    const isEnd = END.test(line);
    if (isEnd) isKept = true;
    return isKept && !isEnd && start === undefined;
  });
  const kept = lines.join('\n');
  return kept.trim() === '' ? null : kept;
}
