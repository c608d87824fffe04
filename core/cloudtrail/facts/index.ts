import type { Facts } from '../../fact.ts';
import { assumedFacts } from './assumed.ts';
import { bootstrapFacts } from './bootstrap.ts';
import { eksFacts } from './eks.ts';
import { evidenceFacts } from './evidence.ts';
import { hybridFacts } from './hybrid.ts';
import { iamFacts } from './iam.ts';
import { instanceFacts } from './instance.ts';
import { interruptionFacts } from './interruption.ts';
import { launchFacts } from './launch.ts';
import { parameterFacts } from './parameter.ts';
import { pipelineFacts } from './pipeline.ts';
import { placeFacts } from './place.ts';
import { principalFacts } from './principal.ts';
import { tagFacts } from './tags.ts';

/** Every CloudTrail fact by name. */
export const cloudtrailFacts: Facts<'cloudtrail'> = {
  ...principalFacts,
  ...evidenceFacts,
  ...placeFacts,
  ...launchFacts,
  ...tagFacts,
  ...instanceFacts,
  ...assumedFacts,
  ...bootstrapFacts,
  ...iamFacts,
  ...eksFacts,
  ...hybridFacts,
  ...parameterFacts,
  ...interruptionFacts,
  ...pipelineFacts,
};
