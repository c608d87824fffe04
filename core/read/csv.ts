import { latin1 } from './text.ts';

const quote = 0x22;
const comma = 0x2c;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const openObject = 0x7b;

/** So much of a row without a record is kept, to be set aside. */
const mostOfRow = 4_096;

/** So much is looked at to tell what it is: names of columns, and some way into the first row. */
export const csvBeginning = 64 * 1024;

/**
 * Says whether a table's rows hold whole records: names of columns, then a field that begins as a quoted JSON object does, `"{""`,
 * over one line or several. So write them Athena's results and CloudTrail Lake's (`eventJson`) and the export of Logs Insights
 * (`@message`); RFC 4180.
 */
export const isCsvOfRecords = (beginning: Uint8Array): boolean => {
  const text = latin1(beginning.subarray(0, csvBeginning));
  const header = /^(?:"[\w@. ]+"|[\w@. ]+)(?:,(?:"[\w@. ]+"|[\w@. ]+))*\r?\n/.exec(text);
  return header !== null && /(?:^|,|\n)"\{\s*""/.test(text.slice(header[0].length));
};

/** The records of such a table, one a line; of a row that holds none its text, so that it is set aside. In constant memory. */
export async function* recordsOfCsv(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const rows = new Rows();
  for await (const chunk of stream) yield rows.push(chunk);
  yield rows.end();
}

/** Goes over a table's bytes and keeps what of them is records. */
class Rows {
  /** `before`: where a field begins; `quotedQuote`: after a quote in a quoted field, which ends it or is doubled. */
  #at: 'before' | 'plain' | 'quoted' | 'quotedQuote' = 'before';
  /** Whether the field's first character is still to come, and whether it is a record. */
  #isFirst = false;
  #isRecord = false;
  /** Of the present row: whether it held a record, and what it says where it held none. */
  #hadRecord = false;
  #row: number[] = [];
  #isHeader = true;
  #out = Buffer.alloc(0);
  #length = 0;

  push(chunk: Uint8Array): Uint8Array {
    this.#begin(chunk.length);
    for (const byte of chunk) this.#take(byte);
    return this.#out.subarray(0, this.#length);
  }

  end(): Uint8Array {
    this.#begin(0);
    this.#endRow();
    return this.#out.subarray(0, this.#length);
  }

  /** What is given out was handed on: what follows gets room of its own, for each byte a line feed at most, and a row that is set aside. */
  #begin(bytes: number): void {
    this.#out = Buffer.alloc(2 * bytes + mostOfRow + 1);
    this.#length = 0;
  }

  #take(byte: number): void {
    if (this.#row.length < mostOfRow && !this.#hadRecord && !this.#isHeader) this.#row.push(byte);
    if (this.#at === 'quoted') {
      if (byte === quote) this.#at = 'quotedQuote';
      else this.#inside(byte);
    } else if (this.#at === 'quotedQuote' && byte === quote) {
      this.#at = 'quoted';
      this.#inside(byte);
    } else if (byte === comma) this.#endField();
    else if (byte === lineFeed) this.#endRow();
    else if (this.#at === 'before' && byte === quote) {
      this.#at = 'quoted';
      this.#isFirst = true;
    } else if (byte !== carriageReturn) this.#at = 'plain';
  }

  #inside(byte: number): void {
    if (this.#isFirst) {
      this.#isFirst = false;
      this.#isRecord = byte === openObject && !this.#isHeader;
      if (this.#isRecord) this.#hadRecord = true;
    }
    if (this.#isRecord) this.#out[this.#length++] = byte;
  }

  #endField(): void {
    if (this.#isRecord) this.#out[this.#length++] = lineFeed;
    this.#isRecord = this.#isFirst = false;
    this.#at = 'before';
  }

  #endRow(): void {
    this.#endField();
    if (!this.#hadRecord && this.#row.some(byte => byte > 0x20)) {
      for (const byte of this.#row) this.#out[this.#length++] = byte;
      if (this.#row.at(-1) !== lineFeed) this.#out[this.#length++] = lineFeed;
    }
    this.#row = [];
    this.#hadRecord = this.#isHeader = false;
  }
}
