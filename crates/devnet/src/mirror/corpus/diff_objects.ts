export type Change = { path: string; before: unknown; after: unknown };

/** Lists what differs between two plain values, by path. */
export function diffObjects(before: unknown, after: unknown, path = ""): Change[] {
  if (Object.is(before, after)) return [];
  const bothObjects =
    typeof before === "object" && before !== null && typeof after === "object" && after !== null;
  if (!bothObjects || Array.isArray(before) !== Array.isArray(after)) {
    return [{ path, before, after }];
  }
  const left = before as Record<string, unknown>;
  const right = after as Record<string, unknown>;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  const changes: Change[] = [];
  for (const key of [...keys].sort()) {
    const inner = path === "" ? key : `${path}.${key}`;
    changes.push(...diffObjects(left[key], right[key], inner));
  }
  return changes;
}
