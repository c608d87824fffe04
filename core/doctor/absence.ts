import { stagePrefix } from '../stage.ts';
import { bad, type Check } from './check.ts';
import { noRule } from './feeds.ts';
import { noFunction } from './stage.ts';

/** Looks at what a stage is made of, beside those at rules and functions, by the names of their checks. */
const parts = /^(?:alerts|guard(?: .+)?|announcements|canaries|pipeline|suppressions|quarantine)$/;

/**
 * Where not one rule and not one function of a stage is there, that in one check instead of hundreds: a name that was mistyped, an
 * account or region that is another, or a stage that somebody took away whole. What is not of the stage is kept.
 * @param home the region whose tables tell which stages there are
 */
export const ofAbsentStage = (checks: readonly Check[], stage: string, home: string): readonly Check[] => {
  const prefix = stagePrefix(stage);
  const isOf = (kind: string) => checks.filter(({ name }) => name.startsWith(`${kind} ${prefix}`));
  const [rules, functions] = [isOf('rule'), isOf('function')];
  const isAbsent =
    rules.length > 0 &&
    functions.length > 0 &&
    rules.every(({ says }) => says === noRule) &&
    functions.every(({ says }) => says === noFunction);
  if (!isAbsent) return checks;
  const nothing = bad(
    `stage ${stage}`,
    `It does not exist: none of ${rules.length} rules in all regions, none of ${functions.length} functions.`,
    `See whether account and name are right: aws dynamodb list-tables --region ${home} shows ${stagePrefix('STAGE')}findings of each stage. Deploy it: npx sst deploy --stage ${stage}. If it was deployed, find who took it away: cloudtrail/detection-disabled.`,
  );
  return [...checks.filter(({ name }) => !name.includes(prefix) && !parts.test(name)), nothing];
};
