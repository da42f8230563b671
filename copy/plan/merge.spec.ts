import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff, hasConflict, merge } from './merge.js';

const BASE = Array.from({ length: 12 }, (_, i) => `line ${i}`);

/** Edits of one side: at some lines it inserts, replaces or deletes. Every text that it writes is its own. */
function editsOf(side: string) {
  const edit = fc.record({
    line: fc.nat(BASE.length - 1),
    action: fc.constantFrom('insert', 'replace', 'delete'),
  });
  return fc.uniqueArray(edit, { selector: ({ line }) => line, maxLength: 4 }).map((edits) => ({
    written: edits.filter(({ action }) => action !== 'delete').map(({ line }) => `${side} ${line}`),
    deleted: edits.filter(({ action }) => action !== 'insert').map(({ line }) => `line ${line}`),
    text: textOf(
      BASE.flatMap((text, line) => {
        const found = edits.find((each) => each.line === line);
        if (!found) return [text];
        if (found.action === 'delete') return [];
        return found.action === 'insert' ? [text, `${side} ${line}`] : [`${side} ${line}`];
      }),
    ),
  }));
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}

describe('merge', () => {
  it('never loses an edit of the target, nor a change from here', () => {
    fc.assert(
      fc.property(editsOf('theirs'), editsOf('ours'), (theirs, ours) => {
        const { text, conflicts } = merge({ base: textOf(BASE), theirs: theirs.text, ours: ours.text });
        const lines = text.split('\n');
        for (const line of [...theirs.written, ...ours.written]) expect(lines).toContain(line);
        expect(hasConflict(text)).toBe(conflicts > 0);
        // In a conflict the lines that were copied are shown between the markers.
        if (conflicts > 0) return;
        for (const line of [...theirs.deleted, ...ours.deleted]) expect(lines).not.toContain(line);
        const gone = new Set([...theirs.deleted, ...ours.deleted]);
        expect(lines.filter((line) => line.startsWith('line '))).toEqual(
          BASE.filter((line) => !gone.has(line)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('has both versions between markers where both sides changed a line', () => {
    expect(merge({ base: 'a\n', theirs: 'b\n', ours: 'c\n' })).toEqual({
      text: '<<<<<<< the target\nb\n||||||| as it was copied\na\n=======\nc\n>>>>>>> new\n',
      conflicts: 1,
    });
  });
});

describe('diff', () => {
  it('names the file and shows the changed lines', () => {
    expect(diff('src/a.ts', 'one\ntwo\n', 'one\n2\n')).toBe(
      '--- src/a.ts\n+++ src/a.ts\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n',
    );
    expect(diff('src/a.ts', 'one\n', 'one\n')).toBe('');
  });
});
