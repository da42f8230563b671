import ts from 'typescript';
import { splice } from './json-text.js';

/** Imports a name into a file of TypeScript, unless it is imported. A file that uses the name for something else gets it as `CachingNAME`. */
export function bindName(text: string, name: string, specifier: string): { text: string; local: string } {
  const source = ts.createSourceFile('file.ts', text, ts.ScriptTarget.Latest, true);
  const imports = source.statements.filter(ts.isImportDeclaration);
  const from = imports.find((node) => isSame(node, specifier) && !node.importClause?.isTypeOnly);
  const bindings = from?.importClause?.namedBindings;
  const elements = bindings && ts.isNamedImports(bindings) ? bindings.elements : undefined;
  const element = elements?.find((each) => (each.propertyName ?? each.name).text === name);
  if (element) return { text, local: element.name.text };

  const local = declares(source, name) ? `Caching${name}` : name;
  const code = local === name ? name : `${name} as ${local}`;
  const last = elements?.at(-1);
  if (last) return { text: splice(text, last.end, 0, `, ${code}`), local };
  const quote = imports[0]?.moduleSpecifier.getText().charAt(0) ?? "'";
  const line = `import { ${code} } from ${quote}${specifier}${quote};`;
  const after = imports.at(-1)?.end;
  return { text: after === undefined ? `${line}\n${text}` : splice(text, after, 0, `\n${line}`), local };
}

/** `./engine`, `./engine/index` and `./engine/index.js` are one file. */
function isSame({ moduleSpecifier }: ts.ImportDeclaration, specifier: string): boolean {
  const plain = (path: string) => path.replace(/(\/index)?(\.js)?$/, '');
  return ts.isStringLiteral(moduleSpecifier) && plain(moduleSpecifier.text) === plain(specifier);
}

function declares(source: ts.SourceFile, name: string): boolean {
  const isDeclaration = (node: ts.Node): boolean => {
    if (ts.isImportSpecifier(node) || ts.isImportClause(node) || ts.isNamespaceImport(node))
      if (node.name?.text === name) return true;
    if ((ts.isClassDeclaration(node) || ts.isFunctionDeclaration(node)) && node.name?.text === name)
      return true;
    if (ts.isVariableDeclaration(node) && node.name.getText() === name) return true;
    return ts.forEachChild(node, isDeclaration) ?? false;
  };
  return isDeclaration(source);
}
