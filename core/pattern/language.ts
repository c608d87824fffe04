import type { Json } from '../json.ts';

/** What stands in a pattern where EventBridge has a literal. */
export type Scalar = string | number | boolean | null;

type OneOrMany<T> = T | readonly T[];

/** The member of `anything-but`: literals, or one of the text operators with one text or a list of them. */
export type AnythingBut =
  | OneOrMany<string>
  | OneOrMany<number>
  | { readonly prefix: OneOrMany<string> }
  | { readonly suffix: OneOrMany<string> }
  | { readonly 'equals-ignore-case': OneOrMany<string> }
  | { readonly wildcard: OneOrMany<string> };

/** How `numeric` compares. */
export type Comparison = '<' | '<=' | '=' | '>' | '>=';

/** EventBridge's operators, then (last two) Tripline's own. */
export type Operator =
  | { readonly prefix: string | { readonly 'equals-ignore-case': string } }
  | { readonly suffix: string | { readonly 'equals-ignore-case': string } }
  | { readonly 'equals-ignore-case': string }
  | { readonly wildcard: string }
  | { readonly 'anything-but': AnythingBut }
  | { readonly numeric: readonly [Comparison, number] | readonly [Comparison, number, Comparison, number] }
  | { readonly cidr: string }
  | { readonly exists: boolean }
  /** RE2 syntax, searched anywhere in the text unless anchored. */
  | { readonly matches: string }
  /** Equal to the scalar at this path (members from the record's root). */
  | { readonly equalsField: readonly string[] };

/** A value that must be there, or an operator. */
export type Condition = Scalar | Operator;

/** One condition, or a list of which one must hold. */
export type Conditions = OneOrMany<Condition>;

/**
 * What may stand for a field of unknown shape: nested fields, conditions, operators, `$or`. As loose as JSON, so that the
 * compiler compares it with one shape and not with every operator at every depth; the loader checks it.
 */
export interface OpenPattern {
  readonly [field: string]: Scalar | OpenPattern | readonly (Scalar | OpenPattern)[] | undefined;
}

type Open = OpenPattern[string];

/** What may stand for a field whose record type is T: arrays are transparent. */
export type FieldPattern<T> = [NonNullable<Json>] extends [T]
  ? Open
  : [T] extends [Scalar | undefined]
    ? Conditions
    : [T] extends [readonly (infer E)[]]
      ? FieldPattern<E>
      : string extends keyof T
        ? Open
        : T extends object
          ? PatternOf<T>
          : Conditions;

/**
 * A pattern over records of type R. Fields are AND, a list is OR, dotted keys are literal.
 * A field that R does not have does not compile.
 */
export type PatternOf<R> = { readonly [K in keyof R]?: FieldPattern<NonNullable<R[K]>> } & {
  readonly $or?: readonly PatternOf<R>[];
};

/** A pattern over facts: any fact's name (checked when loaded), with what its value must be. */
export type FactPattern = OpenPattern;

/** A detection's `when`: a pattern over the record plus the member `fact`. */
export type When<R> = { readonly [K in keyof R]?: FieldPattern<NonNullable<R[K]>> } & {
  readonly fact?: FactPattern;
  readonly $or?: readonly When<R>[];
};

/** A pattern as data, of whatever record. */
export type Pattern = OpenPattern;
