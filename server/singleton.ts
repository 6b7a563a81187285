/**
 * Creates a value once per process. Next evaluates a module once per module graph (pages, routes, instrumentation), so
 * a module-level variable would exist several times.
 */
export function singleton<T>(name: string, create: () => T): T {
  const store = storeOf<T>();
  store[keyOf(name)] ??= create();
  return store[keyOf(name)]!;
}

/** @throws Error if `singleton` has not created a value of this name yet */
export function getSingleton<T>(name: string): T {
  const value = storeOf<T>()[keyOf(name)];
  if (value === undefined) throw new Error(`The ${name} does not exist yet because the server has not started.`);
  return value;
}

const storeOf = <T>() => globalThis as { [key: symbol]: T | undefined };
const keyOf = (name: string): symbol => Symbol.for(`transfer-lab.${name}`);
