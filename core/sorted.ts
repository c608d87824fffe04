/** Sorted lists of texts. */

/** Where a text is in a sorted list, or belongs. */
export const placeIn = (list: readonly string[], text: string): number => {
  let from = 0;
  let to = list.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((list[middle] ?? '') < text) from = middle + 1;
    else to = middle;
  }
  return from;
};

/** Two sorted lists as one. */
export const merged = (one: readonly string[], other: readonly string[]): readonly string[] => {
  const all: string[] = [];
  let at = 0;
  for (const text of other) {
    for (let next = one[at]; next !== undefined && next < text; next = one[++at]) all.push(next);
    all.push(text);
  }
  for (; at < one.length; at++) all.push(one[at] ?? '');
  return all;
};
