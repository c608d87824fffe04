import { lastSegment, roleByArn } from '../../cloudtrail/roles.ts';
import type { Key, Severity } from '../../detection.ts';
import type { Settings } from '../../settings.ts';
import { matchesArn } from '../../wildcard.ts';
import type { Cluster, Found } from '../aws.ts';
import type { Violation } from '../violation.ts';
import { anywhere } from './network.ts';

/** A cluster that writes no audit log, answers the internet, or lets in whom the settings do not name. */
export const clusterPosture = (one: Cluster, { region }: Found, settings: Settings): readonly Violation[] => {
  const { name } = one;
  const violation = (code: string, severity: Severity, key: Key, says: string): Violation => ({
    code,
    severity,
    key: { cluster: name, region, ...key },
    title: `The cluster ${name} ${says}`,
    resources: [one.arn, ...Object.values(key)],
    cluster: name,
  });
  const open = one.publicCidrs.some(range => anywhere.includes(range));
  const isOurs = (principal: string): boolean => matchesArn(settings.platform.arns ?? [], principal);
  return [
    ...(one.auditLogging
      ? []
      : [violation('audit-logging-off', 'high', {}, 'writes no audit log: nothing of Kubernetes is seen there')]),
    ...(one.publicEndpoint
      ? [
          violation(
            'public-endpoint',
            open ? 'high' : 'low',
            {},
            open ? 'answers the whole internet' : `answers from the internet to ${one.publicCidrs.join(', ')}`,
          ),
        ]
      : []),
    ...(one.authenticationMode === 'API'
      ? []
      : [
          violation(
            'authentication-config-map',
            'low',
            {},
            'still lets the config map aws-auth decide who its users are',
          ),
        ]),
    ...one.entries
      .filter(
        entry => entry.policies.some(arn => /\/AmazonEKS(Cluster)?AdminPolicy$/.test(arn)) && !isOurs(entry.principal),
      )
      .map(({ principal }) =>
        violation(
          'admin-access-entry',
          'high',
          { principal },
          `makes ${lastSegment(principal)} an administrator, which the settings do not name as platform`,
        ),
      ),
    ...one.pods
      .filter(pod => roleByArn(pod.role, settings).kind === 'node')
      .map(({ namespace, serviceAccount, role: arn }) =>
        violation(
          'pod-has-node-role',
          'high',
          { subject: `${namespace}/${serviceAccount}` },
          `gives the node role ${lastSegment(arn)} to the pods of ${namespace}/${serviceAccount}`,
        ),
      ),
  ];
};
