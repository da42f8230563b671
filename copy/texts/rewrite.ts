import { dirname, join, relative } from 'node:path/posix';
import ts from 'typescript';
import type { Target } from '../target/target.js';
import { splice } from './json-text.js';

/** Where each copied file goes, by its path in this repository; both relative to their roots. */
export type Places = ReadonlyMap<string, string>;

interface Edit {
  start: number;
  length: number;
  text: string;
}

/** The only differences between a file here and its copy: imports that fit the target, and Markdown links that lead somewhere. */
export function rewrite(path: string, text: string, places: Places, target: Target): string {
  if (path.endsWith('.ts')) return rewriteCode(path, text, places, target);
  return path.endsWith('.md') ? rewriteLinks(path, text, places) : text;
}

/** The specifier by which one file of the target imports another. CommonJS code has no suffix, as in the rest of such a service. */
export function specifierOf(from: string, to: string, { isCommonJs }: Pick<Target, 'isCommonJs'>): string {
  const path = relative(dirname(from), to).replace(/\.ts$/, isCommonJs ? '' : '.js');
  return path.startsWith('.') ? path : `./${path}`;
}

function rewriteCode(path: string, text: string, places: Places, target: Target): string {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const edits: Edit[] = [];
  const replace = (node: ts.Node, by: string) =>
    edits.push({ start: node.getStart(), length: node.getWidth(), text: by });
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) && isSpecifier(node)) {
      const specifier = adapt(node.text, ts.isCallExpression(node.parent));
      if (specifier !== node.text) replace(node, `'${specifier}'`);
    }
    ts.forEachChild(node, visit);
  };
  // Node always loads `import()` as it loads ES modules, with a suffix.
  const adapt = (specifier: string, isDynamic: boolean): string => {
    const [from, to] = [places.get(path), places.get(join(dirname(path), specifier).replace(/\.js$/, '.ts'))];
    const isCopied = specifier.startsWith('.') && from !== undefined && to !== undefined;
    return isCopied ? specifierOf(from, to, isDynamic ? { isCommonJs: false } : target) : specifier;
  };
  visit(source);
  const code = edits
    .toSorted((a, b) => b.start - a.start)
    .reduce((before, edit) => splice(before, edit.start, edit.length, edit.text), text);
  // Also in comments. Functions that find files beside the caller accept both.
  return target.isCommonJs ? code.replaceAll('import.meta.url', '__filename') : code;
}

function isSpecifier({ parent }: ts.StringLiteral): boolean {
  if (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent)) return true;
  if (ts.isCallExpression(parent)) return parent.expression.kind === ts.SyntaxKind.ImportKeyword;
  return ts.isLiteralTypeNode(parent) && ts.isImportTypeNode(parent.parent);
}

/** A link to what is not copied becomes its text. */
export function rewriteLinks(path: string, text: string, places: Places): string {
  return text.replaceAll(/\[([^\]\n]*)\]\(([^)\s]+)\)/g, (link: string, label: string, url: string) => {
    if (/^([a-z]+:|#)/.test(url)) return link;
    const [file = '', anchor] = url.split('#');
    const [from = '', to] = [places.get(path), places.get(join(dirname(path), file))];
    if (to === undefined) return label;
    return `[${label}](${relative(dirname(from), to)}${anchor === undefined ? '' : `#${anchor}`})`;
  });
}
