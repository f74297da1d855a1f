/** Numbers appended one by one, without a JavaScript array's weight. */
export interface Growing<A extends Int32Array | Float64Array> {
  items: A;
  length: number;
}

export function growingInts(): Growing<Int32Array> {
  return { items: new Int32Array(1024), length: 0 };
}

export function growingFloats(): Growing<Float64Array> {
  return { items: new Float64Array(1024), length: 0 };
}

export function push(to: Growing<Int32Array> | Growing<Float64Array>, value: number): void {
  if (to.length === to.items.length) {
    const larger = to.items instanceof Int32Array ? new Int32Array(to.length * 2) : new Float64Array(to.length * 2);
    larger.set(to.items);
    to.items = larger;
  }
  to.items[to.length++] = value;
}
