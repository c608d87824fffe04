import type { Finding } from '../finding.ts';
import { isGuarded } from '../findings/guarded.ts';
import type { Block, SlackMessage } from './slack.ts';

/** What a button does; its `value` is the finding's id, and where it silences, `:` and the severity that was shown. */
export const buttonActs = ['acknowledge', 'resolve', 'suppress'] as const;
/** One of {@link buttonActs}. */
export type ButtonAct = (typeof buttonActs)[number];

/** How long the button suppresses, in milliseconds. */
export const buttonSuppression = 24 * 60 * 60_000;

const texts: { readonly [A in ButtonAct]: string } = {
  acknowledge: 'Acknowledge',
  resolve: 'Resolve',
  suppress: 'Suppress 24 h',
};

/** Which buttons make sense on a finding: none on a resolved one; what is critical or protects the watch can't be silenced. */
export const actsOn = (finding: Pick<Finding, 'status' | 'severity' | 'detection'>): readonly ButtonAct[] => {
  if (finding.status === 'resolved') return [];
  const acts = finding.status === 'open' ? buttonActs : buttonActs.filter(act => act === 'resolve');
  return isGuarded(finding) ? acts.filter(act => act !== 'suppress') : acts;
};

/** The message with its buttons (Slack developer documentation, "Block Kit", actions block). */
export const buttons = (
  message: SlackMessage,
  finding: Pick<Finding, 'id' | 'status' | 'severity' | 'detection'>,
): SlackMessage => {
  const acts = actsOn(finding);
  if (acts.length === 0) return message;
  const block: Block = {
    type: 'actions',
    elements: acts.map(act => ({
      type: 'button',
      action_id: act,
      value: act === 'suppress' ? `${finding.id}:${finding.severity}` : finding.id,
      text: { type: 'plain_text', text: texts[act], emoji: false },
      ...(act === 'suppress' ? { confirm: confirmation } : {}),
    })),
  };
  const [attachment] = message.attachments;
  return { ...message, attachments: [{ ...attachment, blocks: [...attachment.blocks, block] }] };
};

const words = (text: string) => ({ type: 'plain_text', text }) as const;

const confirmation = {
  title: words('Suppress this finding?'),
  text: words('Repeats are not announced for 24 hours. A higher severity or somebody new still is.'),
  confirm: words('Suppress'),
  deny: words('Cancel'),
} as const;
