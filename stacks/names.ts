import { stagePrefix } from '../core/stage.ts';

/** The name of a resource of this stage. Everything of ours begins so, and self-protection knows it by that. */
export const named = (part: string): string => `${prefix()}${part}`;

/** What every name of this stage begins with. */
export const prefix = (): string => stagePrefix($app.stage);

/** A logical name, unique in the program: `dead letters of us-east-1` → `DeadLettersOfUsEast1`. */
export const logical = (words: string): string =>
  words
    .replace(/[^A-Za-z0-9]+(.)?/g, (_, letter: string | undefined) => (letter ?? '').toUpperCase())
    .replace(/^./, first => first.toUpperCase());
