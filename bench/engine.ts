/**
 * The engine alone, on records that lie there as text, against `JSON.parse` of the same: `node bench/engine.ts [ROUNDS]`. Processor
 * time of all threads, so with the garbage that each makes.
 */
import { exampleSettings } from '../core/example-settings.ts';
import { quietOf } from '../core/quiet.ts';
import { knowledge } from '../detections/index.ts';
import { asked, whole } from './asked.ts';
import { account } from './end-to-end.ts';
import { compete } from './measure.ts';
import { ordinaryAudit, ordinaryTrail } from './ordinary-log.ts';
import { rules } from './rules.ts';

const rounds = asked('usage: node bench/engine.ts [ROUNDS]', {}, ({ positionals: [count = '15'] }) =>
  whole('ROUNDS', count),
);
const quiet = quietOf(rules(400), knowledge, exampleSettings);
/** Records of a piece, as files and gzip give them. */
const together = 50;

for (const [name, records] of [
  ['CloudTrail of an ordinary account', ordinaryTrail(20_000)],
  ['audit log of an ordinary cluster', ordinaryAudit(20_000)],
] as const) {
  const texts = records.map(record => JSON.stringify(record));
  const chunks = Array.from({ length: texts.length / together }, (_, at) => {
    return Buffer.from(texts.slice(at * together, (at + 1) * together).join('\n'));
  });
  const goOver = (each: () => void): void => {
    for (const bytes of chunks)
      for (let at = 0; at < bytes.length; ) {
        const end = quiet.end(bytes, at);
        if (end === 0) throw new Error(`${name}: a record that the engine does not go over`);
        each();
        at = end + 1;
      }
  };
  let found = 0;
  const results = await compete(
    [
      { name: 'JSON.parse', run: () => texts.forEach(text => void JSON.parse(text)) },
      { name: 'engine, questions included', run: () => goOver(() => undefined) },
      {
        name: 'the same, and stream and time of what is quiet',
        run: () => {
          found = 0;
          goOver(() => {
            if (quiet.heard(account) !== undefined) found++;
          });
        },
      },
    ],
    rounds,
    () => undefined,
  );
  const bytes = Math.round(texts.reduce((sum, text) => sum + text.length, 0) / texts.length);
  process.stdout.write(`${name}: ${bytes} bytes a record, ${Math.round((100 * found) / texts.length)} % quiet\n`);
  for (const { name: one, seconds, ratio } of results) {
    const micro = (value: number): string => ((value / texts.length) * 1e6).toFixed(2);
    process.stdout.write(
      `  ${one}: ${micro(seconds.median)} µs (${micro(seconds.least)} to ${micro(seconds.most)}), ${ratio.median.toFixed(2)} times JSON.parse (${ratio.least.toFixed(2)} to ${ratio.most.toFixed(2)})\n`,
    );
  }
}
