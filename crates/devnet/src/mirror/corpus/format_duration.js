/** Writes milliseconds for people: `2 d 3 h`, `450 ms`. */
export function formatDuration(milliseconds, parts = 2) {
  if (!Number.isFinite(milliseconds)) return "forever";
  const sign = milliseconds < 0 ? "-" : "";
  let rest = Math.round(Math.abs(milliseconds));
  const units = [
    ["d", 86_400_000],
    ["h", 3_600_000],
    ["min", 60_000],
    ["s", 1000],
    ["ms", 1],
  ];
  const words = [];
  for (const [name, length] of units) {
    const count = Math.floor(rest / length);
    rest -= count * length;
    if (count > 0 && words.length < parts) words.push(`${count} ${name}`);
  }
  return words.length === 0 ? "0 ms" : sign + words.join(" ");
}
