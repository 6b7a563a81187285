import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The project's production sources as a graph of imports, read from text: what `npm run check` judges structure by. */

const topFolders = ['lib', 'drizzle', 'server', 'components', 'app'];

const isSource = (file) => /\.tsx?$/.test(file) && !/\.test(-helper)?\.tsx?$/.test(file);

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`. */
const importPattern = /(?:\b(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?|\bimport\()['"]([^'"]+)['"]/g;

/**
 * @param root the project's folder
 * @returns a map from file (relative, forward slashes) to its text
 */
export function readSources(root) {
  const files = topFolders
    .filter((folder) => existsSync(path.join(root, folder)))
    .flatMap((folder) =>
      readdirSync(path.join(root, folder), { recursive: true }).map((name) =>
        path.posix.join(folder, name.replaceAll(path.sep, '/')),
      ),
    )
    .filter(isSource)
    .sort();
  return new Map(files.map((file) => [file, readFileSync(path.join(root, file), 'utf8')]));
}

/**
 * @returns every import of a file: `name` as written, `target` the file in the project that it leads to (null for a
 * package), `isType` whether it is `import type`, `isDynamic` whether it is `import()`
 */
export function importsOf(file, text) {
  return [...text.matchAll(importPattern)].map(([statement, type, name]) => ({
    name,
    target: resolve(file, name),
    isType: type !== undefined,
    isDynamic: statement.startsWith('import('),
  }));
}

function resolve(file, name) {
  if (name.startsWith('@/')) return name.slice(2);
  return name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : null;
}
