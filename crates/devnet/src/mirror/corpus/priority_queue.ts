/** Hands out the smallest item first. */
export class PriorityQueue<T> {
  private readonly items: T[] = [];

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  push(item: T): void {
    let index = this.items.push(item) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.before(this.items[index], this.items[parent])) break;
      [this.items[index], this.items[parent]] = [this.items[parent], this.items[index]];
      index = parent;
    }
  }

  pop(): T | undefined {
    const top = this.items[0];
    const last = this.items.pop();
    if (last !== undefined && this.items.length > 0) {
      this.items[0] = last;
      let index = 0;
      for (;;) {
        const left = 2 * index + 1;
        let least = index;
        for (const child of [left, left + 1]) {
          if (child < this.items.length && this.before(this.items[child], this.items[least])) least = child;
        }
        if (least === index) break;
        [this.items[index], this.items[least]] = [this.items[least], this.items[index]];
        index = least;
      }
    }
    return top;
  }
}
