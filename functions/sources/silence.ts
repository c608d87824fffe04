import type { Source } from '../../core/event.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { streamOf } from '../../core/state/heard.ts';
import { askSilence, type Silence, silenceOf } from '../../core/state/silence.ts';
import { deps } from '../deps/deps.ts';
import { aboutSource } from './source-silent.ts';

/** Something that speaks to us all the time. */
export interface Stream {
  readonly source: Source;
  readonly account: string;
  readonly cluster: string;
}

/** The streams that the settings name: CloudTrail of each account, the audit log of each cluster whose account is known. */
export const streams = ({ accounts, clusters }: Settings): readonly Stream[] => [
  ...accounts.map(account => ({ source: 'cloudtrail' as const, account, cluster: '' })),
  ...clusters.flatMap(({ name, account = accounts[0] }) =>
    account === undefined ? [] : [{ source: 'kubernetes' as const, account, cluster: name }],
  ),
];

const clock = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** What is stored of a silence: the same match whoever finds it, until late events change what its longest pause was. */
export const silent = (stream: Stream, { last, since, usual }: Silence, settings: Settings): readonly Match[] => {
  const name =
    stream.source === 'cloudtrail' ? `CloudTrail of ${stream.account}` : `the audit log of ${stream.cluster}`;
  const minutes = Math.round(usual / 60_000);
  return aboutSource(settings, {
    ...stream,
    name,
    eventId: `silent#${streamOf(stream.source, stream.account, stream.cluster)}#${last}`,
    time: since,
    title: `Nothing has come from ${name} since ${clock(last)} UTC`,
    why: `its longest pause before was ${minutes} minutes`,
  });
};

/** Stores a finding for each stream that used to speak and no longer does: one a silence, however often this looks. */
export const findSilences = async (): Promise<number> => {
  const { settings, store, findings, now } = deps();
  const at = now();
  const found: Match[] = [];
  for (const stream of streams(settings)) {
    const name = streamOf(stream.source, stream.account, stream.cluster);
    const silence = silenceOf(await store().observe(askSilence(name, at)), at);
    if (silence !== undefined) found.push(...silent(stream, silence, settings));
  }
  if (found.length > 0) await findings().fold(found, at);
  return found.length;
};
