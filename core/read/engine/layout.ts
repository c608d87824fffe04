/**
 * How what is asked for lies in the engine's memory: the engine (`*.as.ts`, which is AssemblyScript) and what writes its tables
 * (`table.ts`, `questions.ts`) share this file, so that it holds nothing but numbers. Offsets are bytes; fields are 32 bits where
 * nothing else is said. Addresses are 0 where nothing is there.
 */

/** A table: the node of the object itself. */
export const tableRoot = 0;
/** Where the names' entries begin, and how many there are, less one. */
export const tableNames = 4;
export const tableMask = 8;
/** Of each path asked for: what was found, a byte; and its bytes, from and to. */
export const tableWhat = 12;
export const tablePlaces = 16;
/** How many bytes the first of these takes. */
export const tableSlots = 20;
/** Counts the records gone over. */
export const tableRound = 24;
/** The first question about every record. */
export const tableQuestions = 28;
/** Not 0 where rules may be about any record. */
export const tableAll = 32;
/** The path whose text has questions of its own, and under what number these are among the names. */
export const tableKey = 36;
export const tableKeyed = 40;
export const tableBytes = 44;

/** A node, a member that something is known or asked of: what it must be. */
export const nodeKind = 0;
/** Its place among the paths asked for; -1: nobody asks for it. */
export const nodeSlot = 4;
/** Not 0 where members of it have nodes. */
export const nodeHasChildren = 8;
/** The round in which it was last seen. */
export const nodeSeen = 12;
/** Of the paths asked for those that lead to or through it: where they begin, and where they end. */
export const nodeSlots = 16;
export const nodeSlotsEnd = 20;
export const nodeBytes = 24;

/** A name's entry, in a table with open addresses: its first eight bytes, 64 bits. */
export const entryWord = 0;
/** The node that it is a member of, or the number of a list of texts; 0: nothing is here. */
export const entryParent = 8;
export const entryLength = 12;
/** Where the whole name lies. */
export const entryName = 16;
/** The member's node, or the first question; of a list, 1. */
export const entryNode = 20;
/** An entry's size is a power of two, by this many bits. */
export const entryShift = 5;

/** A question: its condition, the first of the questions left where that may hold (0: a rule may be about the record), the next one. */
export const questionCondition = 0;
export const questionBesides = 4;
export const questionNext = 8;
export const questionBytes = 12;

/** A condition: the path, its tests from the first to one behind the last. */
export const conditionSlot = 0;
export const conditionTests = 4;
export const conditionTestsEnd = 8;
/** Not 0 where it holds if no scalar stands at the path. */
export const conditionForNothing = 12;
/** The round in which it was last asked, doubled, and 1 where it may hold. */
export const conditionAnswer = 16;
/** Not 0 where it holds of a scalar of which none of its tests does. */
export const conditionNoneOf = 20;
export const conditionBytes = 24;

/** A test of a scalar, of which one must hold: which, the length of its text, where that lies, and its first eight bytes (64 bits). */
export const testIs = 0;
export const testLength = 4;
export const testText = 8;
export const testWord = 16;
export const testBytes = 24;

/** Tests: any scalar, any text, any number; this text, number, word; a text that begins or ends so, or has these pieces in turn. */
export const isAny = 0;
export const isText = 1;
export const isNumber = 2;
export const isThisText = 3;
export const isThisNumber = 4;
export const isThisWord = 5;
export const isPrefix = 6;
export const isSuffix = 7;
/** `testText` is where its pieces are listed, each an address and a length, `testLength` how many there are. */
export const isWildcard = 8;
/** Several texts, of which it must be one: `testText` is the number that they have among the names. */
export const isOneOf = 9;

/** What a member must be. In this order: an object may stand where the kind is at most `object`. */
export const kindAny = 0;
export const kindObject = 1;
export const kindText = 2;
export const kindTexts = 3;
export const kindRefused = 4;

/** What stands at a path: nothing that is a scalar; text, a number, a word; a list, or text with escapes; a list of texts alone. */
export const whatAbsent = 0;
export const whatPlain = 1;
export const whatNumber = 2;
export const whatLiteral = 3;
export const whatHidden = 4;
export const whatTexts = 5;

/** Objects and lists in one another. Real records stay below 40. */
export const deepest = 64;

/** Bytes behind a chunk that the engine may look at, and marks behind the last one that it may write. */
export const padding = 64;
