import { isCloudTrail, notCall, readCloudTrail } from '../cloudtrail/read.ts';
import type { AnyEvent, Source } from '../event.ts';
import { isObject, type Json, member, text } from '../json.ts';
import { isAudit, readAudit } from '../kubernetes/read.ts';
import type { Heard, Place, Problem, Read, Reason } from './contract.ts';
import { nameOf, serverLines } from './garbage.ts';
import { type Guess, Guesser, longestGuess } from './guess.ts';
import { limits } from './limits.ts';
import { isOtherStream, otherStream } from './log-group.ts';
import { belongingOf, type Origin, placeIn, within } from './origin.ts';
import { type Packed, packedIn, unpacked } from './packed.ts';
import type { Quiet } from './quiet.ts';
import { rejected, setAside, skipped } from './reject.ts';
import { deeperThan, shallow } from './shape.ts';
import { type Piece, Splitter } from './split.ts';
import { columnsOf, strangerOf } from './stranger.ts';
import { ChunkTexts, decoded, latin1, parsed } from './text.ts';
import { containers, listIn, rowOf, wrapped } from './wrappers.ts';

/**
 * Reads the bytes of exactly one record, plain or in a log shipper's wrapper; of one that nests too deeply the upper levels. Never throws.
 * @param place what the record itself does not say; its `source`, if given, is the only one accepted
 * @param where for people: transport, file or message
 */
export const readRecord = (bytes: Uint8Array, place: Place, where: string): Read => {
  const reads = readRecords(bytes, { place, where });
  const [first] = reads;
  const isOne = reads.length === 1 || (reads.length === 2 && first?.kind === 'event' && isTooDeep(reads[1]));
  if (first !== undefined && isOne) return first;
  return rejected('wrong-shape', 'There are several records where one is expected.', where, bytes);
};

const isTooDeep = (read: Read | undefined): boolean => read?.kind === 'rejected' && read.rejected.reason === 'too-deep';

/** Reads the bytes of one or several records, whatever lies around and between them. Never throws. */
export const readRecords = (bytes: Uint8Array, origin: Origin): readonly Read[] => {
  const reads: Read[] = [];
  const texts = new ChunkTexts();
  const guesser = new Guesser(guess => {
    const read = readGuess(guess, origin, texts);
    return read !== undefined && reads.push(read) > 0;
  });
  const splitter = new Splitter(piece => reads.push(...readPiece(piece, origin)), guesser);
  splitter.push(bytes);
  splitter.end();
  if (reads.length > 0) return reads;
  if (splitter.sawAnything) return [skipped('empty lists of records')];
  return [rejected('no-records', 'There is nothing in it.', origin.where, bytes)];
};

/** The same for text, of which a transport gave us a string. */
export const readText = (written: string, origin: Origin): readonly Read[] => {
  const plain = readLine(written, origin.place);
  return plain === undefined ? readRecords(encoder.encode(written), origin) : [plain];
};

/** The event in a text that is one ordinary record in one line; undefined for any other, of which {@link readText} knows more. */
export const readLine = (written: string, place: Place): Read | undefined => {
  const isLine = written.startsWith('{') && written.endsWith('}') && !written.includes('\n');
  return isLine && written.length <= longestGuess && written.isWellFormed() ? readPlain(written, place) : undefined;
};

/**
 * Reads one piece of a stream. Never throws.
 * @param quiet tells those that no rule can be about
 */
export const readPiece = (piece: Piece, origin: Origin, quiet?: Quiet): readonly Read[] => {
  const set = (reason: Reason, detail: string): readonly Read[] => [
    rejected(reason, detail, placeIn(origin.where, piece.offset), piece.bytes, piece.length),
  ];
  if (piece.kind === 'garbage') {
    const lines = piece.length > piece.bytes.length ? undefined : serverLines(piece.bytes);
    return lines === undefined
      ? set('not-json', nameOf(piece.bytes))
      : [skipped("lines of a server's own log, which are no audit events", lines)];
  }
  if (piece.kind === 'unclosed') {
    return set(
      'truncated',
      'The input ends inside its list of records: what stood before the cut was read, the rest is missing.',
    );
  }
  const belonging = piece.head === undefined ? origin : within(piece.head, origin);
  if ('skip' in belonging) return [skipped(belonging.skip)];
  if (piece.length > limits.recordBytes)
    return set('too-large', `The record is larger than ${limits.recordBytes} bytes.`);
  if (piece.kind === 'unfinished')
    return set('truncated', 'The record ends before its last bracket: it was cut off on its way.');
  if (piece.depth > limits.recordDepth) return [...upperLevels(piece.bytes, belonging), ...set('too-deep', tooDeep)];
  const heard = quiet === undefined ? undefined : quietPiece(piece.bytes, belonging.place, quiet);
  if (heard !== undefined) return [{ kind: 'quiet', count: 1, heard }];
  const written = decoded(piece.bytes);
  if (written === undefined) return set('not-utf8', 'The record is no UTF-8 text, which JSON is.');
  const json = parsed(written);
  if (json === undefined)
    return set('not-json', 'The record is no JSON: its brackets close, what is between them does not parse.');
  return readJson(json, { ...belonging, offset: piece.offset, raw: piece.bytes });
};

/** Said of a record of which not all was read. */
const tooDeep = `The record nests deeper than ${limits.recordDepth} levels: what lies deeper was not read.`;

/**
 * The event in a record that nests too deeply, without what does: the API server takes 10,000 levels of a patch (sigs.k8s.io/json,
 * `scanner.go`), drops what it does not know of them and logs them all (apiserver, `handlers/patch.go`), so that whoever may write an
 * object would choose that nobody judges it.
 */
const upperLevels = (bytes: Uint8Array, origin: Origin): readonly Read[] => {
  const written = decoded(bytes);
  const json = written === undefined ? undefined : parsed(written);
  if (json === undefined) return [];
  const { raw: _, ...rest } = origin;
  return readJson(shallow(json, limits.recordDepth), rest).filter(({ kind }) => kind === 'event');
};

/** One that lies across two chunks is no guess. */
const quietPiece = (bytes: Uint8Array, place: Place, quiet: Quiet): Heard | undefined => {
  if (bytes.length > longestGuess) return undefined;
  return quiet.end(bytes, 0, place.cluster) === bytes.length ? quiet.heard(place) : undefined;
};

/**
 * Reads what is probably a whole record: the event, where it is one of an ordinary record, whose bytes nobody will ask for, or that
 * no rule can be about it. Undefined: it is to be counted out and read by {@link readPiece}, which knows all that may be wrong with
 * it or lie around it.
 * @param texts of the chunks of this stream
 */
export const readGuess = (
  { chunk, from, to, head, isWhole }: Guess,
  origin: Origin,
  texts: ChunkTexts,
  quiet?: Quiet,
): Read | undefined => {
  const belonging = head === undefined ? origin : within(head, origin);
  if ('skip' in belonging) return undefined;
  const heard = isWhole ? quiet?.heard(belonging.place) : undefined;
  if (heard !== undefined) return { kind: 'quiet', count: 1, heard };
  const written = isWhole ? latin1(chunk.subarray(from, to)) : texts.part(chunk, from, to);
  return written === undefined ? undefined : readPlain(written, belonging.place, isWhole ? quiet?.shaped() : undefined);
};

/**
 * The event in the text of one ordinary record; undefined for any other text.
 * @param shaped the source whose shape it is known to have, without a wrapper's members and without deep nesting
 */
const readPlain = (written: string, expected: Place, shaped?: Source): Read | undefined => {
  const json = parsed(written);
  if (!isObject(json)) return undefined;
  if (shaped === undefined && containers.some(name => Object.hasOwn(json, name))) return undefined;
  const source = isCloudTrail(json) ? 'cloudtrail' : isAudit(json) ? 'kubernetes' : undefined;
  if (source === undefined || notCall(json) !== undefined || source !== (expected.source ?? source)) return undefined;
  if (shaped === undefined && deeperThan(json, limits.recordDepth)) return undefined;
  const isFit = shaped === source;
  const event: AnyEvent | Problem =
    source === 'cloudtrail' ? readCloudTrail(json, expected, isFit) : readAudit(json, expected, isFit);
  return 'problem' in event ? undefined : { kind: 'event', event };
};

/** Reads what a transport has parsed: a record, or what wraps one or several. Never throws. */
export const readJson = (json: Json, origin: Origin): readonly Read[] => {
  const none = notCall(json);
  if (none !== undefined) return [skipped(none)];
  if (isCloudTrail(json)) return readOne('cloudtrail', json, origin);
  if (isAudit(json)) return readOne('kubernetes', json, origin);
  if (!isObject(json)) {
    const row = Array.isArray(json) ? rowOf(json as readonly Json[]) : undefined;
    if (row?.record !== undefined) return readJson(row.record, origin);
    if (row !== undefined) return [setAside('wrong-shape', columnsOf(row.columns), json, origin)];
    return [setAside('wrong-shape', 'A record is a JSON object; this is something else.', json, origin)];
  }
  if (text(json, 'eventSource') === 'aws:s3') return [skipped('notifications of stored objects')];
  if (text(json, 'digestS3Object') !== undefined) return [skipped('CloudTrail digest files, which hold no records')];
  const inside = (origin.inside ?? 0) + 1;
  if (inside > limits.wrappers) {
    const detail = `More than ${limits.wrappers} wrappers lie around the record: unwrap it before it is sent here.`;
    return [setAside('wrong-shape', detail, json, origin)];
  }
  if (text(json, 'detail-type') !== undefined) return readEnvelope(json, { ...origin, inside });
  const records = listIn(json);
  if (records !== undefined) return readList(json, records.records, records.name, { ...origin, inside });
  if (isOtherStream(text(json, 'logStreamName') ?? '')) return [skipped(otherStream)];
  const packed = origin.unpacks === true ? packedIn(json) : undefined;
  if (packed !== undefined) return readPacked(packed, json, { ...origin, inside });
  const inner = wrapped(json);
  if (typeof inner === 'string') return readText(inner, { ...origin, inside });
  if (inner !== undefined) return readJson(inner, { ...origin, inside });
  return [setAside('wrong-shape', strangerOf(json), json, origin)];
};

/** What travels as base64, perhaps as gzip. What is unpacked is not unpacked once more: there is no end to what could be in it. */
const readPacked = (packed: Packed, json: Json, { raw, ...origin }: Origin): readonly Read[] => {
  const bytes = unpacked(packed.base64);
  if ('reason' in bytes)
    return [setAside(bytes.reason, bytes.detail, json, raw === undefined ? origin : { ...origin, raw })];
  const { offset, ...rest } = origin;
  const around = offset === undefined ? origin.where : placeIn(origin.where, offset);
  return readRecords(bytes, { ...rest, where: `${around}, unpacked from ${packed.name}`, unpacks: false });
};

/**
 * Reads an EventBridge envelope that a transport has parsed, from its text too. Undefined where it is none, or something of it is to be
 * set aside: {@link readText} makes the same of its text, parsing it again, and has the bytes that the quarantine keeps.
 */
export const readEnveloped = (json: Json, written: string, origin: Origin): readonly Read[] | undefined => {
  const isEnvelope =
    text(json, 'detail-type') !== undefined && !containers.some(name => member(json, name) !== undefined);
  if (!isEnvelope || !written.isWellFormed() || deeperThan(json, limits.recordDepth)) return undefined;
  const reads = readJson(json, origin);
  return reads.some(({ kind }) => kind === 'rejected') ? undefined : reads;
};

/**
 * EventBridge User Guide, "Events from AWS services via CloudTrail": the envelope says where its record was delivered. Anybody
 * with events:PutEvents may send any detail, but only AWS may send from a source that begins with `aws.`.
 */
const readEnvelope = (json: Json, origin: Origin): readonly Read[] => {
  const detail = member(json, 'detail') ?? null;
  const isCall = isCloudTrail(detail) || text(json, 'detail-type')?.endsWith('via CloudTrail') === true;
  if (isCall && !text(json, 'source')?.startsWith('aws.')) {
    const fault = "The envelope's source is not one of AWS's, so anybody may have written the CloudTrail record in it.";
    return [setAside('wrong-shape', fault, json, origin)];
  }
  if (!isCall && !isAudit(detail) && wrapped(detail) === undefined)
    return [skipped('EventBridge events that carry no call')];
  const account = text(json, 'account') ?? origin.place.account;
  const region = text(json, 'region') ?? origin.place.region;
  return readJson(detail, { ...origin, place: { ...origin.place, account, region } });
};

/** A list of records in an object; that of a log payload is placed by its group and stream. */
const readList = (json: Json, records: readonly Json[], name: string, origin: Origin): readonly Read[] => {
  const belonging = belongingOf(json, origin);
  if ('skip' in belonging) return [skipped(belonging.skip, Math.max(1, records.length))];
  if (records.length === 0) return [skipped('empty lists of records')];
  const { raw: _, ...rest } = belonging;
  return records.flatMap((record, index) => readJson(record, { ...rest, where: `${origin.where}, ${name}[${index}]` }));
};

const readOne = (source: 'cloudtrail' | 'kubernetes', json: Json, origin: Origin): readonly Read[] => {
  if (origin.raw === undefined && deeperThan(json, limits.recordDepth)) {
    const upper = readShallow(source, shallow(json, limits.recordDepth), origin);
    return [...(upper.kind === 'event' ? [upper] : []), setAside('too-deep', tooDeep, json, origin)];
  }
  return [readShallow(source, json, origin)];
};

const readShallow = (source: 'cloudtrail' | 'kubernetes', json: Json, origin: Origin): Read => {
  const { place: expected } = origin;
  if (expected.source !== undefined && expected.source !== source) {
    return setAside(
      'wrong-shape',
      `Only ${expected.source} records belong here, and this is one of ${source}.`,
      json,
      origin,
    );
  }
  const event: AnyEvent | Problem =
    source === 'cloudtrail' ? readCloudTrail(json, expected) : readAudit(json, expected);
  return 'problem' in event ? setAside('wrong-shape', event.problem, json, origin) : { kind: 'event', event };
};

const encoder = new TextEncoder();
