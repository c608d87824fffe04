import type { Json } from '../json.ts';
import type { Settings } from '../settings.ts';
import type { Place, Read } from './contract.ts';
import { readJson } from './record.ts';

/** What reading takes from the settings. */
export type ReadSettings = Pick<Settings, 'accounts' | 'home' | 'clusters'>;

/** Where a record belongs that says nothing and came by a queue or subscription: our account, if we have one only, at home. */
export const defaultPlace = ({ accounts, home }: ReadSettings): Place => ({
  account: accounts.length === 1 ? (accounts[0] ?? '') : '',
  region: home,
  cluster: '',
});

/** Reads the event that EventBridge hands to a function: one envelope. Never throws. */
export const readEnvelope = (event: unknown, settings: ReadSettings): readonly Read[] =>
  readJson(event as Json, {
    // the Lambda runtime parsed it from JSON
    place: defaultPlace(settings),
    where: 'EventBridge',
    clusters: settings.clusters,
  });
