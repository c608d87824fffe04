import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { type AnyDetection, cloudtrail, kubernetes } from '../../core/detection.ts';
import { audit } from '../../core/kubernetes/example.ts';

const prose = {
  title: 't',
  severity: 'low',
  by: () => [],
  attack: [],
  why: '',
  references: [],
  runbook: [],
  blind: [],
  examples: { matches: [], misses: [] },
} as const;

/** A CloudTrail detection that is only its `when`. */
export const trailRule = (name: string, when: Parameters<typeof cloudtrail>[0]['when']): AnyDetection =>
  cloudtrail({ ...prose, id: `cloudtrail/${name}`, when });

/** A Kubernetes detection that is only its `when`. */
export const auditRule = (name: string, when: Parameters<typeof kubernetes>[0]['when']): AnyDetection =>
  kubernetes({ ...prose, id: `kubernetes/${name}`, when });

export { audit, call, nodeSession };
