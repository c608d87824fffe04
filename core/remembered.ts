import type { Settings } from './settings.ts';

/** Answers remembered at most, and the longest name of one: a megabyte or two for each function. */
const most = 4_096;
const longest = 512;

/**
 * The same pure function, remembering its answers under the settings it was last asked with: the same roles, addresses and clients
 * come with event after event. Full, it forgets all of them, so that a flood of new ones costs one more look-up each.
 * @param name tells apart whatever the function may answer differently
 */
export const remembered = <About, Answer>(
  answer: (about: About, settings: Settings) => Answer,
  name: (about: About) => string,
): ((about: About, settings: Settings) => Answer) => {
  let under: WeakRef<Settings> | undefined;
  const known = new Map<string, { readonly answer: Answer }>();
  return (about, settings) => {
    if (under?.deref() !== settings) {
      under = new WeakRef(settings);
      known.clear();
    }
    const key = name(about);
    const before = known.get(key);
    if (before !== undefined) return before.answer;
    const found = answer(about, settings);
    if (key.length > longest) return found;
    if (known.size >= most) known.clear();
    known.set(key, { answer: found });
    return found;
  };
};

/**
 * The same for what is told from several texts, without making one of them: an answer is looked up by the first, and is the one that is
 * given again as long as the others are the same.
 * @param texts all that the function tells its answer from, told apart by their places
 */
export const rememberedOf = <About, Answer>(
  answer: (about: About, settings: Settings) => Answer,
  texts: (about: About) => Texts,
): ((about: About, settings: Settings) => Answer) => {
  let under: WeakRef<Settings> | undefined;
  const known = new Map<Texts[0], { readonly texts: Texts; readonly answer: Answer }>();
  return (about, settings) => {
    if (under?.deref() !== settings) {
      under = new WeakRef(settings);
      known.clear();
    }
    const asked = texts(about);
    const before = known.get(asked[0]);
    if (before !== undefined && areSame(before.texts, asked)) return before.answer;
    const found = answer(about, settings);
    if (lengthOf(asked) > longest) return found;
    if (known.size >= most) known.clear();
    known.set(asked[0], { texts: asked, answer: found });
    return found;
  };
};

/** Null and undefined are no text, and differ. */
type Texts = readonly [string | null | undefined, ...(string | null | undefined)[]];

const areSame = (some: Texts, others: Texts): boolean => {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
};

const lengthOf = (texts: Texts): number => texts.reduce((sum, text) => sum + (text?.length ?? 0) + 1, 0);

/** A text is its own name. */
export const itself = (text: string): string => text;

/**
 * The same pure function of a text, remembering its answers: the same names come again and again. Full, it forgets all of them.
 * @param longestText characters of a text that is worth remembering
 */
export const rememberedText = <Answer>(
  answer: (text: string) => Answer,
  longestText = longest,
): ((text: string) => Answer) => {
  const known = new Map<string, { readonly answer: Answer }>();
  return text => {
    const before = known.get(text);
    if (before !== undefined) return before.answer;
    const found = answer(text);
    if (text.length > longestText) return found;
    if (known.size >= most) known.clear();
    known.set(text, { answer: found });
    return found;
  };
};
