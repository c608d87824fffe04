import { type Json, text } from '../json.ts';
import type { Cluster } from '../settings.ts';
import type { Place } from './contract.ts';
import { placeOfStream } from './log-group.ts';
import { decoded, parsed } from './text.ts';

/** What is known of a record before it is looked at. */
export interface Origin {
  readonly place: Place;
  /** Transport, file or message; `offset` bytes into it. */
  readonly where: string;
  readonly offset?: number;
  /** Configured clusters, whose log groups are known. */
  readonly clusters?: readonly Cluster[];
  /** The bytes as they came, for the quarantine. */
  readonly raw?: Uint8Array;
  /** How many wrappers lie around it. */
  readonly inside?: number;
  /** Whether what travels as base64 or gzip in it is unpacked, once: where a person names the files. */
  readonly unpacks?: boolean;
}

/** A place in what came, for people. */
export const placeIn = (where: string, offset: number): string => `${where}, byte ${offset}`;

/** CloudWatch Logs User Guide, "Subscription filters": what a payload says of its log events. */
export const belongingOf = (payload: Json, origin: Origin): Origin | { readonly skip: string } => {
  const type = text(payload, 'messageType');
  if (type === undefined) return origin;
  if (type === 'CONTROL_MESSAGE') return { skip: 'control messages of CloudWatch Logs' };
  const account = text(payload, 'owner') ?? origin.place.account;
  const group = text(payload, 'logGroup') ?? '';
  const stream = text(payload, 'logStream') ?? '';
  const found = placeOfStream(group, stream, { ...origin.place, account }, origin.clusters);
  return 'skip' in found ? found : { ...origin, place: found.place };
};

/** What the beginning of an object says about the list in it: completed, it parses. */
export const within = (head: Uint8Array, origin: Origin): Origin | { readonly skip: string } => {
  const known = lists.get(head);
  if (known !== undefined && known.origin === origin) return known.belonging;
  const belonging = belongingOf(parsed(`${decoded(head) ?? ''}]}`) ?? null, origin);
  lists.set(head, { origin, belonging });
  return belonging;
};

/** Told once a list, not once a record. */
const lists = new WeakMap<
  Uint8Array,
  { readonly origin: Origin; readonly belonging: Origin | { readonly skip: string } }
>();
