import * as v from 'valibot';
import { type Severity, severities } from '../detection.ts';
import { type ButtonAct, buttonActs } from './buttons.ts';

/** A button that somebody pressed in Slack. */
export interface Press {
  readonly act: ButtonAct;
  readonly finding: string;
  /** How grave the finding was in the message; absent: the button does not say. */
  readonly seen?: Severity;
  /** Slack ids of who, and in which workspace; of an app that was installed for a whole organisation, in which organisation. */
  readonly user: string;
  readonly team: string;
  /** Where to answer; good for five answers in 30 minutes. */
  readonly answer: string;
}

/** A button's value, as `core/announce/buttons.ts` writes it. */
const value = new RegExp(`^[0-9a-f]{16}(?::(?:${severities.join('|')}))?$`);

/** What of Slack's `block_actions` payload is read (Slack developer documentation, "block_actions payloads"). */
const payload = v.object({
  type: v.literal('block_actions'),
  user: v.object({ id: v.string() }),
  team: v.nullish(v.object({ id: v.string() })), // "Null if the app is org-installed"
  enterprise: v.nullish(v.object({ id: v.string() })),
  response_url: v.string(),
  actions: v.pipe(
    v.array(v.object({ action_id: v.picklist(buttonActs), value: v.pipe(v.string(), v.regex(value)) })),
    v.length(1),
  ),
});

/** The press in a request's body (`payload=…`, form-encoded); undefined where it is something else. */
export const pressIn = (body: string): Press | undefined => {
  try {
    const read = v.safeParse(payload, JSON.parse(new URLSearchParams(body).get('payload') ?? ''));
    const [action] = read.success ? read.output.actions : [];
    if (!read.success || action === undefined) return undefined;
    const { user, team, enterprise, response_url: answer } = read.output;
    const where = team ?? enterprise;
    if (!where) return undefined;
    const [finding = '', shown] = action.value.split(':');
    const seen = severities.find(name => name === shown);
    const by = { user: user.id, team: where.id, answer };
    return { act: action.action_id, finding, ...(seen === undefined ? {} : { seen }), ...by };
  } catch {
    return undefined;
  }
};
