/** Deeper than any log, and far from where a recursive reader would run out of stack. */
const deepest = 32;

/** A bare word that Python writes where JSON has none; the text before it may be anything that a value can follow. */
const bareWord = /-?(?:NaN|Infinity)\b/y;

/**
 * Parses JSON as Python's `json` writes it: bare `NaN`, `Infinity` and `-Infinity` become null.
 * @throws Error in words, to follow the name of what was read: not JSON, nested too deeply, a key named `__proto__`
 */
export function parseLenientJson(text: string): unknown {
  if (text.trim() === '') throw new Error('is empty');
  try {
    return JSON.parse(withoutBareWords(text), refuseProto);
  } catch (error) {
    if (error instanceof SyntaxError) throw new Error(`is not JSON: ${error.message}`);
    throw error;
  }
}

/** One pass over the text, strings left as they are. Depth is counted here, before anything recurses. */
function withoutBareWords(text: string): string {
  let result = '';
  let kept = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at]!;
    if (letter === '"') at = endOfString(text, at);
    else if (letter === '{' || letter === '[') depth++;
    else if (letter === '}' || letter === ']') depth--;
    else if (letter === 'N' || letter === 'I' || letter === '-') {
      bareWord.lastIndex = at;
      const word = bareWord.exec(text)?.[0];
      if (!word) continue;
      result += `${text.slice(kept, at)}null`;
      kept = at + word.length;
      at = kept - 1;
    }
    if (depth > deepest) throw new Error(`is nested more than ${deepest} levels deep, as no log is`);
  }
  return result + text.slice(kept);
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** Such a key would become another object's prototype once it is copied. */
function refuseProto(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new Error('has a key __proto__, which no log has');
  return value;
}
