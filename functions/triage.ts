import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';
import { actsOn, buttonSuppression } from '../core/announce/buttons.ts';
import { type Press, pressIn } from '../core/announce/press.ts';
import type { Finding } from '../core/finding.ts';
import type { Change } from '../core/findings/life.ts';
import { refusedAs } from '../core/slack-request.ts';
import { deps } from './deps/deps.ts';
import { lambda, warn } from './invocation/lambda.ts';

/** Bytes of a request that are looked at: a message with buttons is far smaller. */
const longestBody = 256 * 1024;

/** A request without a body has none. */
const bodyOf = ({ body, isBase64Encoded }: LambdaFunctionURLEvent): string =>
  isBase64Encoded ? Buffer.from(body ?? '', 'base64').toString() : (body ?? '');

/** A refusal says nothing: who is not Slack learns nothing from it. */
const refused: LambdaFunctionURLResult = { statusCode: 401, body: '' };
const done: LambdaFunctionURLResult = { statusCode: 200, body: '' };

/**
 * Takes a button pressed in Slack: a function URL without AWS's own authorization, so everything rests on Slack's signature.
 * Refused and counted: what Slack did not sign, is older than five minutes, was heard before, comes from another workspace or
 * from somebody who is not listed, or asks for what no button offers.
 */
export const handler = lambda(
  'triage',
  async (event: LambdaFunctionURLEvent, meter): Promise<LambdaFunctionURLResult> => {
    const { triage, ledger, now } = deps();
    const { signing, users, team } = triage();
    const refuse = (reason: string): LambdaFunctionURLResult => {
      meter.add('TriageRefused', 1);
      warn('triage', 'request', new Error(`refused: ${reason}`));
      return refused;
    };
    const body = bodyOf(event);
    if (body.length > longestBody) return refuse('too long');
    const { 'x-slack-request-timestamp': timestamp = '', 'x-slack-signature': signature = '' } = event.headers ?? {};
    const refusal = refusedAs(signing, { timestamp, signature, body }, now());
    if (refusal !== undefined) return refuse(refusal);
    const press = pressIn(body);
    if (press === undefined) return refuse('no button of ours');
    if (press.team !== team) return refuse('another workspace');
    if (!users.includes(press.user)) {
      refuse('not listed');
      await answer(
        press,
        'You are not among those who may act on findings: ask for your Slack id to be listed in `channels`.',
      );
      return done;
    }
    const row = `triage#${signature}`;
    const claim = await ledger().claim(row, [], now());
    if (claim.state !== 'ours') return refuse('replayed');
    try {
      const said = await act(press);
      await ledger().said(row);
      meter.add('TriageDone', 1);
      await answer(press, said);
      return done;
    } catch (error) {
      await ledger()
        .release(row)
        .catch(() => undefined);
      throw error;
    }
  },
);

const tries = 4;

/** Does what was asked, in the Slack user's name. @returns what to say of it */
const act = async ({ act, finding: id, seen, user }: Press): Promise<string> => {
  const { findings, now } = deps();
  for (let attempt = 0; attempt < tries; attempt++) {
    const [finding] = await findings().cases([id]);
    if (finding === undefined) return `There is no finding \`${id}\` any more.`;
    if (!actsOn(finding).includes(act)) return notOffered(finding, act);
    if (act === 'suppress' && seen !== undefined && seen !== finding.severity)
      return `The finding is of severity ${finding.severity} by now, not ${seen}: look at its newest message.`;
    const by = { who: `slack:${user}`, at: now() };
    if ((await findings().work(finding, changeOf(act, by.at), by)) === 'set') return `${words[act]} by <@${user}>.`;
  }
  return 'The finding is changing just now: press again.';
};

const words: { readonly [A in Press['act']]: string } = {
  acknowledge: 'Acknowledged',
  resolve: 'Resolved',
  suppress: 'Suppressed for 24 hours',
};

const notOffered = ({ status }: Finding, act: Press['act']): string =>
  act === 'suppress' && status === 'open'
    ? 'Critical findings and those about Tripline itself can’t be suppressed by a button.'
    : `The finding is ${status} already.`;

const changeOf = (act: Press['act'], now: number): Change =>
  act === 'suppress' ? { act, until: now + buttonSuppression } : { act };

/** Tells whoever pressed, in time for Slack's three seconds; the message itself is updated by the finding's announcement. */
const answer = async ({ answer: address }: Press, text: string): Promise<void> => {
  await deps()
    .answer(address, { response_type: 'ephemeral', replace_original: false, text })
    .catch(error => warn('triage', 'answer', error));
};
