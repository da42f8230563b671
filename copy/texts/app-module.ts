import ts from 'typescript';
import { CopyError } from '../copy-error.js';
import type { ModuleWiring } from '../templates/template.js';
import { bindName } from './imports.js';
import { indentOf, splice } from './json-text.js';

/** What one module adds to the root module. */
export interface Wiring extends ModuleWiring {
  /** The template's name. */
  name: string;
  /** The specifier of each index that the names of the wiring come from, by template. */
  specifiers: Readonly<Record<string, string>>;
}

/** The new text, and what has to be added by hand. */
export interface Wired {
  text: string;
  byHand: string[];
}

/**
 * Imports the modules into the root module, the last ones last, because Nest tries the filters of later modules first. A module that is imported
 * already stays as it is.
 *
 * @param known further modules, which are imported somewhere already.
 * @throws {CopyError} if the file has no class with `@Module()`.
 */
export function addModules(
  path: string,
  text: string,
  added: readonly Wiring[],
  known: readonly Wiring[] = [],
): Wired {
  const byHand: string[] = [];
  for (const wiring of added) text = addModule(path, text, wiring);
  for (const wiring of added) {
    for (const { module, option, property, value } of wiring.contributions) {
      const to = [...added, ...known].find(({ name }) => name === module);
      if (!to) continue;
      const bound = bindName(text, to.class, specifierOf(to, module));
      const object = findObject(findCall(path, bound.text, bound.local), option);
      if (object) {
        const { text: imported, value: code } = bindAll(bound.text, wiring, value);
        text = addProperty(imported, path, bound.local, option, { property, code });
      } else {
        byHand.push(`Add "${property}: ${value}" to "${option}" of ${to.class}.`);
      }
    }
  }
  return { text, byHand };
}

function addModule(path: string, text: string, wiring: Wiring): string {
  const bound = bindName(text, wiring.class, specifierOf(wiring, wiring.name));
  if (findCall(path, bound.text, bound.local)) return bound.text;
  let code = codeOf(wiring, bound.local);
  ({ text, value: code } = bindAll(bound.text, wiring, code));
  const options = moduleOptions(path, text);
  const indent = `${indentOf(text, options)}  `;
  const imports = propertyOf(options, 'imports')?.initializer;
  if (!imports) {
    const entry = `\n${indent}imports: [\n${indented(code, `${indent}  `)},\n${indent}],`;
    return splice(text, options.getStart() + 1, 0, options.properties.length > 0 ? entry : `${entry}\n`);
  }
  if (!ts.isArrayLiteralExpression(imports)) {
    const whole = `[\n${indent}  ...${imports.getText()},\n${indented(code, `${indent}  `)},\n${indent}]`;
    return splice(text, imports.getStart(), imports.getWidth(), whole);
  }
  return addElement(text, imports, code, indent);
}

function addElement(text: string, array: ts.ArrayLiteralExpression, code: string, indent: string): string {
  const last = array.elements.at(-1);
  const entry = `\n${indented(code, `${indent}  `)},`;
  if (last) {
    const { hasTrailingComma } = array.elements;
    const end = hasTrailingComma ? text.indexOf(',', last.end) + 1 : last.end;
    const at = ts.getTrailingCommentRanges(text, end)?.at(-1)?.end ?? end;
    const closing = text.slice(at, array.end - 1).includes('\n') ? '' : `\n${indent}`;
    return splice(splice(text, at, 0, entry + closing), last.end, 0, hasTrailingComma ? '' : ',');
  }
  // What is between the brackets is white space, or a comment.
  const inside = text.slice(array.getStart() + 1, array.end - 1).trimEnd();
  return splice(text, array.getStart(), array.getWidth(), `[${inside}${entry}\n${indent}]`);
}

function codeOf({ inject, options }: ModuleWiring, name: string): string {
  const parameters = inject.map((type) => `${type.charAt(0).toLowerCase()}${type.slice(1)}: ${type}`);
  return [
    `${name}.forRootAsync({`,
    ...(inject.length > 0 ? [`  inject: [${inject.join(', ')}],`] : []),
    `  useFactory: (${parameters.join(', ')}) => ({`,
    ...Object.entries(options).map(([option, value]) => `    ${option}: ${value},`),
    '  }),',
    '})',
  ].join('\n');
}

/** Imports the names that the code has, and renames those that the file uses for something else. */
function bindAll(text: string, wiring: Wiring, code: string): { text: string; value: string } {
  for (const [template, names] of Object.entries(wiring.uses)) {
    for (const name of names) {
      const pattern = new RegExp(`\\b${name}\\b`, 'g');
      if (!pattern.test(code)) continue;
      const bound = bindName(text, name, specifierOf(wiring, template));
      text = bound.text;
      code = code.replaceAll(pattern, bound.local);
    }
  }
  return { text, value: code };
}

/** Adds a property to an object in the options of a module, unless it is there. */
function addProperty(
  text: string,
  path: string,
  module: string,
  option: string,
  { property, code }: { property: string; code: string },
): string {
  const object = findObject(findCall(path, text, module), option);
  if (!object || propertyOf(object, property)) return text;
  const last = object.properties.at(-1);
  const indent = indentOf(text, object);
  const entry = `${property}: ${code}`;
  if (!last) return splice(text, object.getStart(), object.getWidth(), `{\n${indent}  ${entry},\n${indent}}`);
  const isMultiline = object.getText().includes('\n');
  return splice(text, last.end, 0, isMultiline ? `,\n${indent}  ${entry}` : `, ${entry}`);
}

function findObject(node: ts.Node | undefined, name: string): ts.ObjectLiteralExpression | undefined {
  if (!node) return undefined;
  if (
    ts.isPropertyAssignment(node) &&
    node.name.getText() === name &&
    ts.isObjectLiteralExpression(node.initializer)
  )
    return node.initializer;
  return ts.forEachChild(node, (child) => findObject(child, name));
}

/** The expression in `imports` that names the module. */
function findCall(path: string, text: string, module: string): ts.Node | undefined {
  const imports = propertyOf(moduleOptions(path, text), 'imports');
  const mentions = (node: ts.Node): boolean =>
    (ts.isIdentifier(node) && node.text === module) || (ts.forEachChild(node, mentions) ?? false);
  if (!imports) return undefined;
  if (!ts.isArrayLiteralExpression(imports.initializer)) return mentions(imports) ? imports : undefined;
  return imports.initializer.elements.find(mentions);
}

function moduleOptions(path: string, text: string): ts.ObjectLiteralExpression {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  for (const statement of source.statements.filter(ts.isClassDeclaration)) {
    for (const { expression } of ts.getDecorators(statement) ?? []) {
      if (!ts.isCallExpression(expression) || expression.expression.getText() !== 'Module') continue;
      const [options] = expression.arguments;
      if (options && ts.isObjectLiteralExpression(options)) return options;
    }
  }
  throw new CopyError(
    `${path} has no class with @Module({ ... }). Name the file of the root module with --app-module PATH.`,
  );
}

function propertyOf(object: ts.ObjectLiteralExpression, name: string): ts.PropertyAssignment | undefined {
  return object.properties
    .filter(ts.isPropertyAssignment)
    .find((property) => property.name.getText() === name);
}

function specifierOf({ specifiers, class: module }: Wiring, template: string): string {
  const specifier = specifiers[template];
  if (specifier === undefined)
    throw new Error(`The template of ${module} uses names of "${template}", which it does not need.`);
  return specifier;
}

function indented(code: string, indent: string): string {
  return code.replaceAll(/^/gm, indent);
}
