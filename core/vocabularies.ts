import { cloudtrailVocabulary } from './cloudtrail/vocabulary.ts';
import type { Source } from './event.ts';
import { kubernetesVocabulary } from './kubernetes/vocabulary.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What may be asked of each source's events and can hold. For whoever checks rules and settings: nothing that judges events needs it. */
export const vocabularies: { readonly [S in Source]: Vocabulary } = {
  cloudtrail: cloudtrailVocabulary,
  kubernetes: kubernetesVocabulary,
};
