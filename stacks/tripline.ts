import { witnessOf } from '../core/partition.ts';
import { eventBridgeFilter } from '../core/targets/eventbridge/filter.ts';
import { logsFilter } from '../core/targets/logs/filter.ts';
import { detections, knowledge } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { alerts } from './alerts.ts';
import { audit, auditPlaces } from './audit.ts';
import { canary } from './canary.ts';
import { digest } from './digest.ts';
import { evidence } from './evidence.ts';
import { guarding } from './guarding.ts';
import { health, healthAway } from './health.ts';
import { gathers, reportsToHub } from './hub.ts';
import { inventory } from './inventory.ts';
import { key } from './key.ts';
import { account, home, places } from './place.ts';
import { postureReader, readings } from './posture-reader.ts';
import { carrier, forward } from './regions.ts';
import { selfProtection } from './self-protection.ts';
import { sources } from './sources.ts';
import { storage } from './storage.ts';
import { subscribe } from './subscribe.ts';
import { sweep } from './sweep.ts';

/** Everything a stage is made of, in the order of its events: sources, storage, alerts, and what watches them. */
export const tripline = async () => {
  const { patterns } = eventBridgeFilter(detections, knowledge, settings);
  const { pattern } = logsFilter(detections, knowledge, settings);
  const [us, everywhere] = await Promise.all([account(), places()]);
  const [, ...others] = everywhere;
  const ourKey = key(home, us);
  const stored = storage(ourKey);
  const told = alerts(stored, ourKey);
  const asked = readings(ourKey, us);
  const read = sources(stored, patterns, ourKey, asked?.waiting, us);
  const [hear, ...hearAway] = auditPlaces(others, us).map(place => {
    const heard = audit(place, stored, us, asked?.waiting);
    const kept = subscribe(place, stored, heard, pattern, us);
    return { place, functions: [heard.fn, kept.fn], dead: [heard.dead, kept.dead] };
  });
  const readers = asked === undefined ? [] : [postureReader(asked.waiting, stored, ourKey, us)];
  const captured = evidence(stored, told.topic, ourKey, us);
  const swept = sweep(stored, told, ourKey);
  const daily = digest(stored, told, ourKey);
  const listed = inventory(stored, ourKey);
  const sent = canary(stored, everywhere, ourKey, us);
  const role = carrier('carrier', read.regions.arn, us);
  const second = witnessOf(
    home.region,
    others.map(({ region }) => region),
  );
  const witness = others.find(({ region }) => region === second);
  const keyed = [home, ...(witness === undefined ? [] : [witness]), ...hearAway.map(({ place }) => place)];
  const guards = guarding([...new Set(keyed.map(place => key(place, us)))]);
  for (const place of others) forward(place, patterns, guards, read.regions, role);
  const guard = selfProtection(ourKey, home, read.regions, witness, us, guards);
  const reported = reportsToHub(told.bus, ourKey, us);
  const gathered = gathers(guard.topic, ourKey, us);
  for (const { place, ...heard } of hearAway) healthAway(place, us, heard);
  health({
    functions: [
      read.cloudtrail,
      ...readers,
      ...(hear?.functions ?? []),
      told.announce,
      ...told.channels,
      ...(captured?.functions ?? []),
      swept.fn,
      daily.fn,
      listed.fn,
      ...sent.functions,
      ...reported.functions,
      ...gathered.functions,
    ],
    streams: [told.announce],
    queues: [
      ...read.queues,
      ...(asked === undefined ? [] : [asked.waiting]),
      ...(captured?.queues ?? []),
      ...gathered.queues,
    ],
    dead: [
      ...read.dead,
      ...(asked === undefined ? [] : [asked.dead]),
      ...told.dead,
      ...(captured?.dead ?? []),
      ...swept.dead,
      ...daily.dead,
      ...listed.dead,
      ...sent.dead,
      ...(hear?.dead ?? []),
      ...guard.dead,
      ...reported.dead,
      ...gathered.dead,
    ],
    feeds: read.feeds,
    canaries: sent.functions.length > 0,
    topic: guard.topic,
    account: us,
  });
  return {
    findings: stored.findings.name,
    topic: told.topic.arn,
    guard: guard.topic.arn,
    bus: told.bus.arn,
    ...(told.triage.length === 0 ? {} : { triage: told.triage }),
    ...(captured === undefined ? {} : { evidence: captured.bucket.bucket }),
    ...(gathered.table === undefined ? {} : { hub: gathered.table.name }),
    regions: [home.region, ...others.map(({ region }) => region)],
  };
};
