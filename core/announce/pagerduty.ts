import type { Severity } from '../detection.ts';
import { plain } from '../escape.ts';
import type { JsonObject } from '../json.ts';
import type { Message } from './message.ts';
import type { Notice } from './notice.ts';
import { whereText } from './text.ts';

/** PagerDuty Events API v2: what an event may do to the alert of its key. */
export type PagerDutyAction = 'trigger' | 'acknowledge' | 'resolve';

const severities: { readonly [S in Severity]: string } = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
};

/** What people did is done there too; whatever else is news triggers, also where somebody acknowledged the case meanwhile. */
const pagerDutyAction = ({ transition, finding }: Message): PagerDutyAction => {
  if (finding.status === 'resolved' || transition.kind === 'suppressed') return 'resolve';
  return transition.kind === 'acknowledged' ? 'acknowledge' : 'trigger';
};

/**
 * The announcement as an event of PagerDuty's Events API v2. Its `dedup_key` is the finding's id, so that one finding is one
 * alert whatever happens to it.
 * @param routingKey the integration's key: a secret, nowhere but in the body
 */
export const pagerDutyEvent = (message: Message, routingKey: string): JsonObject => {
  const { finding } = message;
  const action = pagerDutyAction(message);
  const key = { routing_key: routingKey, event_action: action, dedup_key: finding.id };
  if (action !== 'trigger') return key;
  const shown = (values: readonly string[]): string =>
    values
      .slice(0, 5)
      .map(value => plain(value, 300))
      .join(', ');
  return {
    ...key,
    client: 'Tripline',
    payload: {
      summary: plain(`${message.headline}: ${finding.title}`, 1024),
      source: plain(finding.resources.find(name => name.trim() !== '') ?? whereText(message), 255).trim() || 'tripline', // required
      severity: severities[finding.severity],
      timestamp: finding.last,
      component: plain(finding.cluster || finding.account, 255),
      group: plain(finding.account, 255),
      class: finding.detection,
      custom_details: {
        finding: finding.id,
        who: shown(finding.principals),
        what: shown(finding.resources),
        from: shown(finding.addresses),
        where: plain(whereText(message), 300),
        first: finding.first,
        count: finding.count,
        why: message.detection.why,
        runbook: message.detection.runbook.join('\n'),
        commands: message.commands.map(({ command }) => command).join('\n'),
        evidence: message.evidence.lines.map(({ label, value }) => `${label}: ${plain(value, 300)}`).join('\n'),
      },
    },
    links: message.links.map(({ label, url }) => ({ text: label, href: url })),
  };
};

/** A storm pages like one finding; undefined for the digest and for suppressions, for which nobody is woken. */
export const pagerDutyNotice = (notice: Notice, routingKey: string): JsonObject | undefined =>
  notice.kind !== 'storm'
    ? undefined
    : {
        routing_key: routingKey,
        event_action: 'trigger',
        dedup_key: notice.id.slice(0, 255),
        client: 'Tripline',
        payload: {
          summary: plain(`${notice.headline}: ${notice.findings[0]?.title ?? ''}`, 1024),
          source: plain(notice.principal, 255) || 'tripline',
          severity: severities[notice.severity],
          timestamp: notice.at,
          class: notice.detection,
          custom_details: { principal: plain(notice.principal, 300), account: notice.account, advice: notice.advice },
        },
      };
