/**
 * Our side of a comparison, as a command that ends when the file does: `node bench/rival/ours.ts FILE SOURCE RULES`. RULES is a number
 * of plain rules, with `busy` behind it one more that most records match; `catalogue`; or `parse`: what a program does that only parses each line. Prints how many matches there were, of the
 * catalogue how many findings.
 */
import { readFileSync } from 'node:fs';
import { readFiles } from '../../adapters/files.ts';
import { compile } from '../../core/compile.ts';
import type { AnyDetection, AnyKnowledge } from '../../core/detection.ts';
import type { Source } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import { quietOf } from '../../core/quiet.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { detection, plainRules } from './rules.ts';

const place = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' };

const parse = (file: string): number => {
  let values = 0;
  for (const line of readFileSync(file, 'utf8').split('\n')) if (line !== '' && JSON.parse(line) !== null) values++;
  return values;
};

interface Judged {
  readonly matches: number;
  readonly findings: number;
}

/** All that `scan` does: cutting, reading, judging, redacting, folding. A sighting that makes no finding by itself is a match, too. */
const judge = async (file: string, rules: readonly AnyDetection[], known: readonly AnyKnowledge[]): Promise<Judged> => {
  const clusters = exampleSettings.clusters;
  const match = compile(rules, known, exampleSettings);
  let matches = 0;
  const { findings } = await detect(
    readFiles([file], { place, clusters, quiet: quietOf(rules, known, exampleSettings) }),
    {
      match: event => {
        const found = match(event);
        matches += found.length;
        return found;
      },
      store: memoryStore(),
      findings: memoryFindings(),
      quarantine: {
        keep: async ([first]) => Promise.reject(new Error(`a record that is unreadable: ${first?.reason}`)),
      },
      batch: 64,
    },
  );
  return { matches, findings };
};

const [file = '', source = 'cloudtrail', rules = 'parse'] = process.argv.slice(2);
const found =
  rules === 'parse'
    ? parse(file)
    : rules === 'catalogue'
      ? (await judge(file, detections, knowledge)).findings
      : (
          await judge(
            file,
            plainRules(source as Source, Number.parseInt(rules, 10), rules.endsWith('busy')).map(detection),
            [],
          )
        ).matches; // as `run.ts` says them
process.stdout.write(`${found}\n`);
