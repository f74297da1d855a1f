/**
 * Where a JSON string ends whose opening quote stands before `open`, behind `escape` (the
 * backslashes that quotes have at this level: none in plain JSON, `\` in JSON inside a JSON
 * string): at its closing quote, or (not `closed`) at a line end, at the end of the JSON
 * string around it, or of the text. With quotes behind e backslashes, a backslash of the
 * content takes e+1 of them, so a closing quote stands behind m·2(e+1)+e of them.
 */
export function endOfString(text: string, open: number, escape: string): { close: number; closed: boolean } {
  const unit = 2 * (escape.length + 1);
  const line = text.indexOf('\n', open);
  const limit = line < 0 ? text.length : line;
  for (let quote = text.indexOf('"', open); quote >= 0 && quote < limit; quote = text.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (quote - slashes > open && text[quote - slashes - 1] === '\\') slashes++;
    if (slashes % unit === escape.length) return { close: quote - escape.length, closed: true };
    if (escape !== '' && slashes % unit === 0) return { close: quote - slashes, closed: false };
  }
  return { close: limit, closed: false };
}
