import ts from 'typescript';
import { CopyError } from '../copy-error.js';

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/**
 * Sets a property in JSON text and leaves the rest as it is: order, indentation and comments. Objects on the path that are missing are made.
 * A new property comes in alphabetical order where the others are so, else last.
 */
export function setJson(text: string, [key = '', ...rest]: readonly string[], value: Json): string {
  return setIn(text, rootOf(text), [key, ...rest], value);
}

/** Adds an element to an array of JSON text, which is made if it is missing. */
export function addToJson(text: string, path: readonly string[], element: Json): string {
  const array = path.reduce<ts.Expression | undefined>(
    (node, key) => node && propertyOf(node, key)?.initializer,
    rootOf(text),
  );
  if (!array || !ts.isArrayLiteralExpression(array)) return setJson(text, path, [element]);
  const last = array.elements.at(-1);
  const code = JSON.stringify(element);
  if (!last) return splice(text, array.getStart() + 1, 0, code);
  const lead = text.slice(array.getStart() + 1, array.elements[0]?.getStart());
  return splice(text, last.end, 0, `,${lead.includes('\n') ? lead : ' '}${code}`);
}

function setIn(
  text: string,
  node: ts.Expression,
  [key = '', ...rest]: readonly string[],
  value: Json,
): string {
  if (!ts.isObjectLiteralExpression(node))
    throw new CopyError(`"${key}" cannot be set, because its parent is no object.`);
  const property = propertyOf(node, key);
  if (property && rest.length > 0) return setIn(text, property.initializer, rest, value);
  const nested = rest.reduceRight<Json>((inner, name) => ({ [name]: inner }), value);
  if (!property) return insertProperty(text, node, key, nested);
  const { initializer } = property;
  const code = format(nested, indentOf(text, property), unitOf(text));
  return splice(text, initializer.getStart(), initializer.getWidth(), code);
}

function insertProperty(text: string, object: ts.ObjectLiteralExpression, key: string, value: Json): string {
  const unit = unitOf(text);
  const names = object.properties.map(nameOf);
  const [first] = object.properties;
  const indent = first ? indentOf(text, first) : indentOf(text, object) + unit;
  const code = `${JSON.stringify(key)}: ${format(value, indent, unit)}`;
  if (!first) {
    const whole = `{\n${indent}${code}\n${indentOf(text, object)}}`;
    return splice(text, object.getStart(), object.getWidth(), whole);
  }
  const separator = text.slice(object.getStart(), first.getStart()).includes('\n') ? `,\n${indent}` : ', ';
  const next = isSorted(names) ? object.properties.find((other) => nameOf(other) > key) : undefined;
  if (next) return splice(text, next.getStart(), 0, `${code}${separator}`);
  return splice(text, object.properties.at(-1)?.end ?? 0, 0, `${separator}${code}`);
}

function rootOf(text: string): ts.Expression {
  const [statement] = ts.createSourceFile('file.json', text, ts.ScriptTarget.Latest, true).statements;
  if (!statement || !ts.isExpressionStatement(statement))
    throw new CopyError('A JSON file of the target is empty. Restore it first.');
  return statement.expression;
}

function propertyOf(node: ts.Expression, key: string): ts.PropertyAssignment | undefined {
  if (!ts.isObjectLiteralExpression(node)) return undefined;
  return node.properties.filter(ts.isPropertyAssignment).find((property) => nameOf(property) === key);
}

function nameOf({ name }: ts.ObjectLiteralElementLike): string {
  return name && (ts.isStringLiteral(name) || ts.isIdentifier(name)) ? name.text : '';
}

function isSorted(names: readonly string[]): boolean {
  return names.every((name, i) => i === 0 || (names[i - 1] ?? '') <= name);
}

/** The white space at the start of a node's line. */
export function indentOf(text: string, node: ts.Node): string {
  const line = text.slice(text.lastIndexOf('\n', node.getStart() - 1) + 1);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

function unitOf(text: string): string {
  return /^\{\s*?\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}

function format(value: Json, indent: string, unit: string): string {
  return JSON.stringify(value, null, unit).replaceAll('\n', `\n${indent}`);
}

/** Replaces a part of a text. */
export function splice(text: string, start: number, length: number, replacement: string): string {
  return text.slice(0, start) + replacement + text.slice(start + length);
}
