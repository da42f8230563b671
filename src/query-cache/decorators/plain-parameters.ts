const PLAIN: readonly unknown[] = [Object, String, Number, Boolean, Array];

/** What is wrong with the types of a method's parameters, as `emitDecoratorMetadata` names them; undefined when all are plain data. */
export function notPlain(types: readonly unknown[]): string | undefined {
  const wrong = types.findIndex((type) => !isPlain(type));
  if (wrong === -1) return undefined;
  const type = types[wrong];
  const name = typeof type === 'function' ? type.name : 'value';
  return `parameter ${wrong + 1} is a ${name}, which is no plain data`;
}

/**
 * True for interfaces and unions, which are known as Object, and for classes without methods: the method gets a copy of its arguments, which
 * has none. A class of the language or of Node.js keeps its data elsewhere.
 */
function isPlain(type: unknown): boolean {
  if (type === undefined || PLAIN.includes(type)) return true;
  if (typeof type !== 'function' || Symbol.toStringTag in (type.prototype as object)) return false;
  if (Object.getOwnPropertyNames(type.prototype).length > 1) return false;
  const parent: unknown = Object.getPrototypeOf(type.prototype)?.constructor;
  return !/\[native code\]/.test(Function.prototype.toString.call(type)) && isPlain(parent);
}
