import { call } from '../../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../../core/cloudtrail/record.ts';
import type { Event } from '../../../core/event.ts';
import type { Json, JsonObject } from '../../../core/json.ts';

/** An event, and what facts say of it under the example settings. */
export type Saying<E> = readonly [event: E, said: { readonly [fact: string]: Json }];
export type Said = Saying<Event<'cloudtrail'>>;

export type Over = Partial<CloudTrailRecord>;

/** A call with these parameters. */
export const asks = (
  service: string,
  api: string,
  requestParameters: JsonObject,
  over: Over = {},
): Event<'cloudtrail'> => call(service, api, { requestParameters, ...over });

/** The same of several APIs of one service. */
export const each = (
  service: string,
  apis: string,
  requestParameters: JsonObject,
  said: Said[1] | ((api: string) => Said[1]),
  over: Over = {},
): readonly Said[] =>
  apis
    .split(' ')
    .map(api => [asks(service, api, requestParameters, over), typeof said === 'function' ? said(api) : said]);

export const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;
