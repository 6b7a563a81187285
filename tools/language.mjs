import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Expressions that are not standard terms, with the ones to use instead. `npm run check` rejects them in sources and documents. */
const banned = [
  [/\b(told|tells?|telling)\b/i, 'emit, report, say, distinguish'],
  [/\b(goes|go|going|went) on\b/i, 'resume, continue'],
  [/\bhand(s|ed|ing)? over\b/i, 'return, pass, output'],
  [/\b(comes?|came|coming) to\b/i, 'yield, equal, reach'],
  [/\bas at first\b/i, 'reset, initial'],
  [/\btak(e|es|en|ing) along\b/i, 'export, download'],
  [/\bfor ever\b/i, 'permanently, indefinitely'],
  [/\bby (itself|themselves)\b/i, 'automatically, alone'],
  [/\bin (vain|words)\b/i, 'unsuccessfully; as text'],
  [/\bsigns? of life\b/i, 'heartbeat'],
  [/\b(anew|whoever|seeOff|fruitless|soFar|filesDue|furtherFrom)\b/i, 'again; anyone who; see docs/GLOSSARY.md'],
  [
    /(^|[.!?:]\s|\*\s|\/\/\s)Of (what|which|whom|the|an?|one|each|every|all|own|its|those|two)\b/,
    'start with the subject',
  ],
];

/** Keys of stored events, checkpoints and columns keep their names. */
const storedKeys = [
  /[.?]told\b/g,
  /\btold\??\s*[:=]/g,
  /\{[^{}]*\btold\b[^{}]*\}/g,
  /(['"`])(told|fruitless|files_due|furtherFrom)\1/g,
  /\.furtherFrom\b/g,
  /\bfurtherFrom\s*:/g,
  /\.filesDue\b/g,
  /\bCOLUMN fruitless\b/g,
  /\bof told\b/g,
  /\{[^{}]*\bfurtherFrom\b[^{}]*\}/g,
];

const isChecked = (file) =>
  /\.(tsx?|mjs|py|css|md|wat)$|^\.ci\/run$/.test(file) &&
  !/[\\/]fixtures[\\/].*\.(json|md)$|^drizzle\/migrations\/|^tools\/language(\.test)?\.(mjs|ts)$/.test(file);

/** @returns a line for every banned expression in a text */
export function bannedExpressions(file, text) {
  return text.split('\n').flatMap((line, index) => {
    const prose = storedKeys.reduce((rest, key) => rest.replace(key, ''), line);
    return banned
      .filter(([pattern]) => pattern.test(prose))
      .map(([pattern, instead]) => `${file}:${index + 1}: “${pattern.exec(prose)[0].trim()}” (instead: ${instead})`);
  });
}

/** @returns a line for every banned expression in the project's files */
export function checkLanguage(root) {
  return execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => isChecked(file) && existsSync(path.join(root, file)))
    .flatMap((file) => bannedExpressions(file, readFileSync(path.join(root, file), 'utf8')));
}
