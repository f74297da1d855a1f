/** A cell of a header or row: its text and where it stands in the line. */
interface Cell {
  text: string;
  from: number;
  to: number;
}

/**
 * A row of a table as fields by header name. Cells belong to the header word they stand
 * under (columns may be right- or left-aligned and empty); where the paste has collapsed the
 * blanks, cells and headers are paired when there are as many of each. Undefined if neither fits.
 */
export function underHeader(header: string, row: string): Map<string, string> | undefined {
  const heads = cells(header);
  const values = cells(row);
  if (heads.length === 0 || values.length === 0) return undefined;
  const fields = new Map<string, string>();
  if (heads.length === values.length) {
    for (const [index, head] of heads.entries()) fields.set(head.text, values[index]?.text ?? '');
    return fields;
  }
  if (heads.every((head, index) => index === 0 || head.from - (heads[index - 1]?.to ?? 0) === 1)) return undefined;
  for (const value of values) {
    let best: Cell | undefined;
    let most = 0;
    for (const head of heads) {
      const shared = Math.min(head.to, value.to) - Math.max(head.from, value.from);
      if (shared > most) {
        most = shared;
        best = head;
      }
    }
    if (!best) return undefined;
    const before = fields.get(best.text);
    fields.set(best.text, before === undefined ? value.text : `${before} ${value.text}`);
  }
  return fields;
}

function cells(line: string): Cell[] {
  return [...line.matchAll(/\S+/g)].map((match) => ({
    text: match[0],
    from: match.index,
    to: match.index + match[0].length,
  }));
}
