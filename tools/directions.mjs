import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './build.mjs';

/** Our folders, and which of them each may import from: lib ← drizzle ← server ← app; components see lib alone. */
const mayImport = {
  lib: ['lib'],
  drizzle: ['drizzle', 'lib'],
  // What the trainer does to images is shown by its own code; nothing in that folder loads an engine.
  server: ['server', 'server/training/dataset', 'drizzle', 'lib'],
  'server/training': ['server/training', 'server/training/dataset', 'lib'],
  'server/training/dataset': ['server/training', 'server/training/dataset', 'lib'],
  components: ['components', 'lib'],
  app: ['app', 'components', 'server', 'lib'],
};

/** Types vanish when code is built: these may pass where values may not. */
const mayImportTypes = { components: ['server'] };

/** Packages that one place keeps to itself. */
const keepers = [
  { packages: /^(@tensorflow\/|onnxruntime-)/, place: /^server\/training\/engine\// },
  { packages: /^plotly\.js/, place: /^components\/plot[.-]/ },
  { packages: /^(better-sqlite3|drizzle-orm)/, place: /^(drizzle|server)\/(?!training\/)/ },
  { packages: /^(react|react-dom|next)(\/|$)/, place: /^(app|components)\/|^server\/serve\.ts$/ },
];

/** `import … from 'x'`, `export … from 'x'`, `import 'x'`, `import('x')`. */
const importPattern = /(?:\b(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?|\bimport\()['"]([^'"]+)['"]/g;

/** @returns a line for every import that goes the wrong way; tests may import what they like */
export function findWrongDirections() {
  return Object.keys(mayImport)
    .filter((folder) => !folder.includes('/'))
    .flatMap(sourcesBelow)
    .flatMap((file) => wrongImports(file, readFileSync(path.join(root, file), 'utf8')));
}

/**
 * @param file relative to the project, with forward slashes
 * @returns what is wrong with each of its imports
 */
export function wrongImports(file, text) {
  const folder = folderOf(file);
  return [...text.matchAll(importPattern)].flatMap(([, type, name]) => {
    const target = resolve(file, name);
    if (target === null) {
      const kept = keepers.some(({ packages, place }) => packages.test(name) && !place.test(file));
      return kept ? [`${file}: may not import the package ${name}`] : [];
    }
    const allowed = [...mayImport[folder], ...((type && mayImportTypes[folder]) || [])];
    const other = folderOf(target);
    return !other || allowed.includes(other) ? [] : [`${file}: ${folder} may not import from ${other} (${name})`];
  });
}

/** Where in the project an import leads; null for a package. */
function resolve(file, name) {
  if (name.startsWith('@/')) return name.slice(2);
  return name.startsWith('.') ? path.posix.join(path.posix.dirname(file), name) : null;
}

/** The narrowest of our folders that a file lies in. */
const folderOf = (file) =>
  Object.keys(mayImport)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];

function sourcesBelow(folder) {
  if (!existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { recursive: true })
    .map((name) => `${folder}/${name.replaceAll(path.sep, '/')}`)
    .filter((file) => /\.tsx?$/.test(file) && !/\.test(-helper)?\.tsx?$/.test(file));
}
