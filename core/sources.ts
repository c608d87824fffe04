import { cloudtrailSource } from './cloudtrail/source.ts';
import type { Source } from './event.ts';
import { kubernetesSource } from './kubernetes/source.ts';
import type { SourceModule } from './source.ts';

/** Every source by name: adding a source adds a member here. */
export const sources: { readonly [S in Source]: SourceModule<S> } = {
  cloudtrail: cloudtrailSource,
  kubernetes: kubernetesSource,
};
