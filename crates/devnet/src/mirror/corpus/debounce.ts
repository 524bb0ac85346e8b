/** Calls `action` once things have been quiet for `quiet` milliseconds. */
export function debounce<A extends unknown[]>(action: (...args: A) => void, quiet: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest: A | undefined;
  const fire = () => {
    timer = undefined;
    if (latest !== undefined) {
      const args = latest;
      latest = undefined;
      action(...args);
    }
  };
  const debounced = (...args: A) => {
    latest = args;
    if (timer !== undefined) clearTimeout(timer);
    timer = setTimeout(fire, quiet);
  };
  debounced.flush = () => {
    if (timer !== undefined) clearTimeout(timer);
    fire();
  };
  return debounced;
}
