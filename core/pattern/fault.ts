/** Why a pattern was refused: where, what is wrong, and what is allowed there. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
  /** Members and indices from the pattern's root, e.g. `requestParameters.instanceType[1].prefix`; '' = the root. */
  readonly path: string;

  constructor(path: Where, wrong: string, allowed: string) {
    const where = path.reduce<string>(
      (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
      '',
    );
    super(`${where === '' ? 'the pattern' : where}: ${wrong}; allowed here: ${allowed}`);
    this.path = where;
  }
}

/** A place in a pattern: member names and list indices from its root. */
export type Where = readonly (string | number)[];

/** A value as an error shows it: short, on one line. */
export const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};
