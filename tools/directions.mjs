import { importsOf } from './source-tree.mjs';

/**
 * Which folders each folder may import from. The narrowest rule that contains a file applies; a folder may always import
 * from itself and below. `folder/*` means the files directly in it. Types count like values, except for `types`.
 */
const shared = ['components/ui', 'components/charts', 'components/live', 'components/downloads'];
const runs = ['server/runs', 'server/data', 'server/machine'];
const process = ['server/*', 'server/db', 'drizzle', 'lib'];
/** What the server may use of the model: it reads images and files, and knows the engines without loading one. */
const model = ['server/model/*', 'server/model/dataset', 'server/model/files', 'server/model/engine/inventory'];

const rules = {
  lib: [],
  drizzle: ['lib'],

  'server/model': ['lib'],
  'server/training': ['server/model', 'lib'],
  'server/bench': ['server/training', 'server/model', 'lib'],

  server: [...process, ...runs, 'server/http', 'server/routers', ...model],
  'server/db': ['server/errors.ts', 'drizzle', 'lib'],
  'server/http': process,
  'server/data': [...process, ...model],
  'server/machine': [...process, ...runs, ...model],
  'server/runs': [...process, ...runs, ...model],
  'server/routers': [...process, ...runs],

  'components/ui': ['lib'],
  'components/charts': ['components/ui', 'lib'],
  'components/live': ['lib'],
  'components/downloads': ['components/ui', 'components/live', 'lib'],
  'components/layout': ['components/ui', 'components/live', 'lib'],
  components: [...shared, 'lib'],

  app: ['components', 'server/*', 'server/runs', 'lib'],
};

/** Folders whose types alone may be imported: types vanish when code is built. */
const types = { components: ['server'] };

/** Packages that only some places may import. */
const packages = [
  { names: /^(@tensorflow\/|onnxruntime-)/, place: /^server\/model\/engine\// },
  { names: /^plotly\.js/, place: /^components\/charts\/plot[.-]/ },
  { names: /^(better-sqlite3|drizzle-orm)/, place: /^(drizzle|server)\/(?!(model|training|bench)\/)/ },
  { names: /^(react|react-dom|next)(\/|$)/, place: /^(app|components)\/|^server\/http\/serve\.ts$/ },
  { names: /^node:/, place: /^(drizzle|server|app)\// },
];

/** Only start-up code assembles the context; everything else is given it. */
const startUp = /^server\/(start-services|http\/serve)\.ts$/;

/**
 * @param sources file → text, as `readSources` returns it
 * @returns a line for every import that goes the wrong way; tests are not among the sources
 */
export function wrongDirections(sources) {
  return [...sources].flatMap(([file, text]) =>
    importsOf(file, text).flatMap(({ name, target, isType }) => {
      if (target === null) {
        const isKept = packages.some(({ names, place }) => names.test(name) && !place.test(file));
        return isKept ? [`${file}: may not import the package ${name}`] : [];
      }
      if (target === 'server/services.ts' && !startUp.test(file)) {
        return [`${file}: only start-up code may import server/services.ts; take a Context instead`];
      }
      const folder = folderOf(file);
      const allowed = [folder, ...rules[folder], ...((isType && types[folder.split('/')[0]]) || [])];
      return allowed.some((place) => isIn(target, place)) ? [] : [`${file}: ${folder} may not import ${target}`];
    }),
  );
}

/** The folder whose rule applies to a file: page folders of `components` have none of their own, and may not see each other. */
function folderOf(file) {
  const ruled = Object.keys(rules)
    .filter((folder) => file.startsWith(`${folder}/`))
    .sort((a, b) => b.length - a.length)[0];
  if (ruled !== 'components') return ruled;
  const page = file.split('/').slice(0, 2).join('/');
  rules[page] ??= rules.components;
  return page;
}

function isIn(target, place) {
  if (place.endsWith('/*')) return new RegExp(`^${place.slice(0, -1)}[^/]+$`).test(target);
  return target === place || target.startsWith(`${place}/`);
}

/**
 * @param sources file → text
 * @returns a line for every import cycle, type imports included
 */
export function importCycles(sources) {
  const order = new Map();
  const lowest = new Map();
  const path = [];
  const cycles = [];
  // Tarjan's strongly connected components (1972).
  const visit = (file) => {
    order.set(file, order.size);
    lowest.set(file, order.get(file));
    path.push(file);
    for (const { target } of importsOf(file, sources.get(file))) {
      if (!sources.has(target)) continue;
      if (!order.has(target)) visit(target);
      if (path.includes(target)) lowest.set(file, Math.min(lowest.get(file), lowest.get(target)));
    }
    if (lowest.get(file) !== order.get(file)) return;
    const component = path.splice(path.indexOf(file));
    if (component.length > 1) cycles.push(`import cycle: ${component.join(' → ')} → ${file}`);
  };
  for (const file of sources.keys()) if (!order.has(file)) visit(file);
  return cycles;
}

const mostFiles = 25;
const mostLines = 250;

/**
 * @param sources file → text
 * @returns a line for every folder with too many source files and every file with too many lines
 */
export function oversized(sources) {
  const counts = new Map();
  for (const file of sources.keys()) {
    const folder = file.slice(0, file.lastIndexOf('/'));
    counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const folders = [...counts].filter(([, count]) => count > mostFiles);
  const files = [...sources].map(([file, text]) => [file, text.split('\n').length - 1]);
  return [
    ...[...sources.keys()]
      .filter((file) => /^components\/[^/]+$/.test(file))
      .map((file) => `${file}: belongs in a folder`),
    ...folders.map(([folder, count]) => `${folder}: ${count} source files, at most ${mostFiles}`),
    ...files
      .filter(([, lines]) => lines > mostLines)
      .map(([file, lines]) => `${file}: ${lines} lines, at most ${mostLines}`),
  ];
}

/** The page of runs must not load the schemas: they would add a fifth to its JavaScript. */
const lightPage = { entries: ['app/page.tsx', 'app/layout.tsx'], without: 'zod' };

/**
 * @param sources file → text
 * @returns a line for every file that the page of runs loads at once and that imports what it must not load; pages import
 * from `server` only to render
 */
export function heavyImports(sources, { entries, without } = lightPage) {
  const reached = new Set(entries.filter((file) => sources.has(file)));
  const heavy = [];
  for (const file of reached) {
    for (const { name, target, isType, isDynamic } of importsOf(file, sources.get(file))) {
      if (isType || isDynamic) continue;
      if (name === without) heavy.push(`${file}: the page of runs loads it, so it may not import ${without}`);
      if (target && sources.has(target) && !target.startsWith('server/')) reached.add(target);
    }
  }
  return heavy;
}
