import { readAnnouncement } from '../../core/announce/json.ts';
import type { Message } from '../../core/announce/message.ts';
import { type Notice, noticeSchema, readNotice } from '../../core/announce/notice.ts';
import { parseJson, text } from '../../core/json.ts';

/** What a channel's queue brings: news of one finding, or of several. */
export type Said =
  | { readonly kind: 'finding'; readonly message: Message }
  | { readonly kind: 'notice'; readonly notice: Notice };

/** What is in a queue's message, as SNS delivers it raw or in its envelope. @throws where it is neither */
export const saidIn = (body: string): Said => {
  const outer = parseJson(body, 'the message');
  const inner = text(outer, 'Message');
  const value = inner === undefined ? outer : parseJson(inner, 'what the topic delivered');
  if (text(value, 'schema') === noticeSchema) return { kind: 'notice', notice: readNotice(value) };
  return { kind: 'finding', message: readAnnouncement(inner ?? body) };
};

/** Names what was said: the same for every delivery of it. */
export const idOf = (said: Said): string => (said.kind === 'finding' ? said.message.id : said.notice.id);
