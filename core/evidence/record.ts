import type { Json } from '../json.ts';
import { redact } from '../redact.ts';

/**
 * The record of a match's event as evidence: without secrets, capped at 32 KB, and made only when somebody asks for it, as most
 * of a flood's is never shown. Written as JSON it is that record, and nothing else lays it open.
 */
export class Evidence {
  readonly #record: Json;

  /** @param record as it was read, or what else there is to show */
  constructor(record: Json) {
    this.#record = record;
  }

  toJSON(): Json {
    return redact(this.#record);
  }
}
