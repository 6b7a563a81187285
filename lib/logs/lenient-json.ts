/** Deeper than any log, but far below the depth at which a recursive parser would overflow the stack. */
const maxDepth = 32;

/** Words that programs write in place of a number, which JSON does not allow, and the characters they start with. */
const bareWord = /[-+]?(?:nan|inf(?:inity)?)\b/iy;
const firstCharacters = 'nNiI-+';

/**
 * Parses JSON as Python and other programs write it: bare `NaN`, `nan`, `Infinity`, `-inf` and the like become null.
 * @throws Error whose message continues the file's name: not JSON, nested too deeply, a key named `__proto__`
 */
export function parseLenientJson(text: string): unknown {
  if (text.trim() === '') throw new Error('is empty');
  try {
    return JSON.parse(replaceBareWords(text), rejectProto);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`is not JSON: ${error.message}`);
    throw error;
  }
}

/** Replaces bare words outside of strings, and checks the nesting depth before a recursive parser runs. */
function replaceBareWords(text: string): string {
  let result = '';
  let copied = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '"') at = endOfString(text, at);
    else if (letter === '{' || letter === '[') depth++;
    else if (letter === '}' || letter === ']') depth--;
    else if (firstCharacters.includes(letter)) {
      bareWord.lastIndex = at;
      const word = bareWord.exec(text)?.[0];
      if (!word) continue;
      result += `${text.slice(copied, at)}null`;
      copied = at + word.length;
      at = copied - 1;
    }
    if (depth > maxDepth) throw new Error(`is nested more than ${maxDepth} levels deep, which is not allowed`);
  }
  return result + text.slice(copied);
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** Copying an object with such a key would replace the copy's prototype. */
function rejectProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('contains the key __proto__, which is not allowed');
  return value;
}
