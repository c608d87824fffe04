import type { Test } from '../../pattern/node.ts';
import type { Engine, Fields } from './engine.ts';
import {
  conditionBytes,
  conditionForNothing,
  conditionNoneOf,
  conditionSlot,
  conditionTests,
  conditionTestsEnd,
  isAny,
  isNumber,
  isOneOf,
  isPrefix,
  isSuffix,
  isText,
  isThisNumber,
  isThisText,
  isThisWord,
  isWildcard,
  questionBesides,
  questionBytes,
  questionCondition,
  questionNext,
  testBytes,
  testIs,
  testLength,
  testText,
  testWord,
} from './layout.ts';

/** Something a record may be like: one of the tests holds of the scalar at a path. */
export interface Condition {
  /** The path's place among those asked for. */
  readonly slot: number;
  readonly tests: readonly Test[];
}

/** One thing to ask, and what is left to ask where it may be so; nothing left: a rule may be about the record. */
export interface Question {
  readonly condition: Condition;
  readonly besides: readonly Question[];
}

/** What is asked of a record. */
export interface Questions {
  readonly ofAll: readonly Question[];
  /** The path, by its place, whose text has questions of its own, and these by the text. */
  readonly key: number;
  readonly ofKey: ReadonlyMap<string, readonly Question[]>;
}

/** So many texts are compared one after the other; more are looked up. */
const few = 3;

/** A name, whose it is, and what it leads to. */
export interface Entry {
  readonly parent: number;
  readonly name: string;
  readonly target: number;
}

/**
 * Writes questions into the engine's memory, and gives where the first of a list lies. Conditions, and lists of questions, that are one
 * object are written once.
 */
export class QuestionWriter {
  readonly #engine: Engine;
  readonly #conditions = new Map<Condition, number>();
  readonly #questions = new Map<readonly Question[], number>();
  readonly #entries: Entry[] = [];

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /** What the questions that were written look up among the names. */
  get entries(): readonly Entry[] {
    return this.#entries;
  }

  write(questions: readonly Question[]): number {
    const known = this.#questions.get(questions);
    if (known !== undefined) return known;
    let next = 0;
    for (const { condition, besides } of questions.toReversed()) {
      const fields = [
        [questionCondition, this.#condition(condition)],
        [questionBesides, this.write(besides)],
        [questionNext, next],
      ] as const;
      next = this.#engine.allocate(questionBytes);
      this.#engine.write(next, fields);
    }
    this.#questions.set(questions, next);
    return next;
  }

  #condition(condition: Condition): number {
    const known = this.#conditions.get(condition);
    if (known !== undefined) return known;
    const { slot, tests } = condition;
    const present = tests.filter(({ is }) => is !== 'absent');
    const [only] = present;
    // Only what is sure to hold of a scalar keeps it out.
    const but = present.length === 1 && only?.is === 'not' ? only.tests.filter(isSure) : undefined;
    const { first, count } = this.#tests(but ?? present);
    const address = this.#engine.allocate(conditionBytes);
    this.#engine.write(address, [
      [conditionSlot, slot],
      [conditionTests, first],
      [conditionTestsEnd, first + testBytes * count],
      [conditionForNothing, present.length < tests.length ? 1 : 0],
      [conditionNoneOf, but === undefined ? 0 : 1],
    ]);
    this.#conditions.set(condition, address);
    return address;
  }

  /** Writes tests one behind the other. */
  #tests(tests: readonly Test[]): { readonly first: number; readonly count: number } {
    const texts = tests.flatMap(test => textOf(test) ?? []);
    const isList = texts.length > few;
    const written = [
      ...(isList ? [this.#oneOf(texts)] : []),
      ...tests.filter(test => !isList || textOf(test) === undefined).map(test => this.#fieldsOf(test)),
    ];
    const first = this.#engine.allocate(testBytes * written.length);
    for (const [index, fields] of written.entries()) this.#engine.write(first + testBytes * index, fields);
    return { first, count: written.length };
  }

  #oneOf(texts: readonly string[]): Fields {
    const parent = this.#engine.allocate(8); // an address that is nothing else's
    for (const name of texts) this.#entries.push({ parent, name, target: 1 });
    return [
      [testIs, isOneOf],
      [testText, parent],
    ];
  }

  /** What the engine does not know of a test may hold. */
  #fieldsOf(test: Test): Fields {
    switch (test.is) {
      case 'equal':
        return this.#text(
          typeof test.value === 'string' ? isThisText : typeof test.value === 'number' ? isThisNumber : isThisWord,
          String(test.value),
        );
      case 'prefix':
      case 'suffix':
        if (test.fold) return [[testIs, isText]];
        return this.#text(test.is === 'prefix' ? isPrefix : isSuffix, test.text);
      case 'wildcard': {
        const list = this.#engine.allocate(8 * test.pieces.length);
        for (const [index, piece] of test.pieces.entries()) {
          const { address, length } = this.#engine.put(piece);
          this.#engine.write(list + 8 * index, [
            [0, address],
            [4, length],
          ]);
        }
        return [
          [testIs, isWildcard],
          [testText, list],
          [testLength, test.pieces.length],
        ];
      }
      case 'numeric':
        return [[testIs, isNumber]];
      case 'fold':
      case 'cidr':
      case 'matches':
        return [[testIs, isText]];
      default:
        return [[testIs, isAny]];
    }
  }

  #text(is: number, text: string): Fields {
    const { address, length, word } = this.#engine.put(text);
    return [
      [testIs, is],
      [testText, address],
      [testLength, length],
      [testWord, Number(word & 0xffffffffn)],
      [testWord + 4, Number(word >> 32n)],
    ];
  }
}

/** The text that alone passes a test; undefined where it is none, or others pass too. */
const textOf = (test: Test): string | undefined => {
  if (test.is === 'wildcard') return test.pieces.length === 1 ? test.pieces[0] : undefined;
  return test.is === 'equal' && typeof test.value === 'string' ? test.value : undefined;
};

/** Whether the engine tells for sure that a test holds. Numbers have many spellings. */
const isSure = (test: Test): boolean => {
  if (test.is === 'equal') return typeof test.value !== 'number';
  return test.is === 'wildcard' || ((test.is === 'prefix' || test.is === 'suffix') && !test.fold);
};
