export interface Box {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Squarified treemap (Bruls, Huizing, van Wijk 2000): rows that keep boxes near to squares. Sizes fall. */
export function squarified(sizes: readonly number[], within: Box): Box[] {
  const whole = sizes.reduce((sum, size) => sum + size, 0);
  const areas = sizes.map((size) => (size / whole) * within.w * within.h);
  const boxes: Box[] = [];
  let left = { ...within };
  let row: number[] = [];
  const worst = (list: readonly number[], side: number): number => {
    const sum = list.reduce((a, b) => a + b, 0);
    return Math.max((side * side * Math.max(...list)) / (sum * sum), (sum * sum) / (side * side * Math.min(...list)));
  };
  const place = () => {
    const sum = row.reduce((a, b) => a + b, 0);
    const wide = left.w >= left.h;
    const thick = sum / (wide ? left.h : left.w);
    let at = 0;
    for (const area of row) {
      const long = area / thick;
      boxes.push(
        wide ? { x: left.x, y: left.y + at, w: thick, h: long } : { x: left.x + at, y: left.y, w: long, h: thick },
      );
      at += long;
    }
    left = wide ? { ...left, x: left.x + thick, w: left.w - thick } : { ...left, y: left.y + thick, h: left.h - thick };
    row = [];
  };
  for (const area of areas) {
    const side = Math.max(1e-9, Math.min(left.w, left.h));
    if (row.length > 0 && worst([...row, area], side) > worst(row, side)) place();
    row.push(area);
  }
  if (row.length > 0) place();
  return boxes;
}
