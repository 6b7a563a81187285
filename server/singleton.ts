/**
 * One value for the whole process. Next evaluates a module once for each of its graphs (pages, routes, instrumentation),
 * so a module's own variable would be several.
 */
export function singleton<T>(name: string, create: () => T): T {
  const store = globalThis as { [key: symbol]: T | undefined };
  const key = Symbol.for(`transfer-lab.${name}`);
  store[key] ??= create();
  return store[key];
}
