/** How many letters must be put, left out or replaced to make one word of another (Levenshtein's distance). */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [at, letter] of [...one].entries()) {
    const next = [at + 1];
    for (const [index, its] of [...other].entries())
      next.push(
        Math.min((next[index] ?? 0) + 1, (row[index + 1] ?? 0) + 1, (row[index] ?? 0) + (letter === its ? 0 : 1)),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** What somebody may have meant: of known words those that differ in two letters at most, the nearest first. */
export const nearTo = (word: string, known: readonly string[]): readonly string[] =>
  known
    .filter(one => Math.abs(one.length - word.length) <= 2)
    .map(one => ({ one, far: distance(word, one) }))
    .filter(({ far }) => far <= 2)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ one }) => one);
