import type { Source } from '../../core/event.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { streamOf } from '../../core/state/heard.ts';
import { askSilence, heardAgain, lastHeard, type Silence, silenceOf } from '../../core/state/silence.ts';
import { deps } from '../deps/deps.ts';
import { isFirstOfHour } from '../invocation/hourly.ts';
import { aboutSource, type Present, resolveSources } from './source-silent.ts';

/** Something that speaks to us all the time. */
export interface Stream {
  readonly source: Source;
  readonly account: string;
  readonly cluster: string;
}

/**
 * The streams that the settings name: CloudTrail of each account, the audit log of each cluster whose account is known.
 * @param own the stage's account: a cluster that settings give to none is in it, as its log group is
 */
export const streams = ({ accounts, clusters }: Settings, own: string | undefined): readonly Stream[] => [
  ...accounts.map(account => ({ source: 'cloudtrail' as const, account, cluster: '' })),
  ...clusters.flatMap(({ name, account = own ?? accounts[0] }) =>
    account === undefined ? [] : [{ source: 'kubernetes' as const, account, cluster: name }],
  ),
];

const clock = (time: number): string => new Date(time).toISOString().slice(0, 16).replace('T', ' ');

/** A stream as its findings call it. */
const nameOf = ({ source, account, cluster }: Stream): string =>
  source === 'cloudtrail' ? `CloudTrail of ${account}` : `the audit log of ${cluster}`;

/** What is stored of a silence: the same match whoever finds it, until late events change what its longest pause was. */
export const silent = (stream: Stream, { last, since, usual }: Silence, settings: Settings): readonly Match[] => {
  const name = nameOf(stream);
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

/** What a sweep found of the streams. */
export interface Heard {
  readonly silent: number;
  /** Findings that were resolved, as their stream speaks again. */
  readonly back: number;
}

/**
 * Stores a finding for each stream that used to speak and no longer does, one a silence however often this looks; resolves it when it speaks
 * again. Of a stream that has spoken all along that is looked for once an hour: its finding may have waited for days to be announced.
 * @param own the stage's account, as of {@link streams}
 */
export const findSilences = async (own: string | undefined): Promise<Heard> => {
  const { settings, store, findings, now } = deps();
  const at = now();
  const found: Match[] = [];
  const present: Present[] = [];
  for (const stream of streams(settings, own)) {
    const { account, cluster } = stream;
    const answers = await store().observe(askSilence(streamOf(stream.source, account, cluster), at));
    const silence = silenceOf(answers, at);
    const last = isFirstOfHour(at) ? lastHeard(answers, at) : heardAgain(answers, at);
    if (silence !== undefined) found.push(...silent(stream, silence, settings));
    else if (last !== undefined) present.push({ account, cluster, name: nameOf(stream), at: last });
  }
  if (found.length > 0) await findings().fold(found, at);
  const back = await resolveSources(present, 'tripline sweep', 'it is heard again');
  return { silent: found.length, back };
};
