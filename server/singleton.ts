/**
 * One value for the whole process. Next evaluates a module once for each of its graphs (pages, routes, instrumentation),
 * so a module's own variable would be several.
 */
export function singleton<T>(name: string, create: () => T): T {
  const store = storeOf<T>();
  store[keyOf(name)] ??= create();
  return store[keyOf(name)]!;
}

/** @throws Error where no `singleton` of this name was created yet */
export function existing<T>(name: string): T {
  const value = storeOf<T>()[keyOf(name)];
  if (value === undefined) throw new Error(`${name} does not exist yet: the server has not started.`);
  return value;
}

const storeOf = <T>() => globalThis as { [key: symbol]: T | undefined };
const keyOf = (name: string): symbol => Symbol.for(`transfer-lab.${name}`);
