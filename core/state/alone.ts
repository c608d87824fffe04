/** The text in memory of its own: a part of another one would keep all of that, such as user data or a request. */
export const alone = (text: string): string => JSON.parse(JSON.stringify(text)) as string; // a string's JSON is a string's
