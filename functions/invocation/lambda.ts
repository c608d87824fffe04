import middy, { type MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { plain } from '../../core/escape.ts';
import { deps } from '../deps/deps.ts';
import { type Meter, type Meters, newMeter } from './meter.ts';

/** What is said of an error: its name and message in visible characters. No stack, no event, nothing that it carries along. */
export const said = (error: unknown): { readonly error: string; readonly message: string } =>
  error instanceof Error
    ? { error: plain(error.name, 100), message: plain(error.message, 500) }
    : { error: 'unknown', message: 'what was thrown is not an error' };

/**
 * Writes a line of JSON. Lambda takes `level` from it only where `timestamp` is there, and anything else for INFO (Lambda Developer
 * Guide, "Log-level filtering").
 */
export const log = (level: 'info' | 'warn' | 'error', line: object): void => {
  const { now, print } = deps();
  print(JSON.stringify({ timestamp: new Date(now()).toISOString(), level, ...line }));
};

const meters = new WeakMap<Context, { readonly meter: Meters; readonly started: number }>();

/** Where an error was thrown, without its message, some of whose lines may look like places. */
const placesOf = ({ stack = '', message }: Error): readonly string[] =>
  stack.slice(stack.lastIndexOf(message) + message.length).match(/^ {4}at .*$/gm) ?? [];

/**
 * An error with what is said of one and nothing that it carried along: Lambda's own client logs every member of what a handler throws,
 * and hands its message and stack to the caller.
 */
const bare = (error: unknown): Error => {
  const { error: name, message } = said(error);
  const told = new Error(message);
  Object.defineProperty(told, 'name', { value: name });
  told.stack = [`${name}: ${message}`, ...(error instanceof Error ? placesOf(error) : [])].join('\n');
  return told;
};

/** One line of JSON for every invocation, and its metrics. */
const observed = (name: string): MiddlewareObj => {
  const report = (context: Context, level: 'info' | 'error', more: object) => {
    const { now, print } = deps();
    const { meter, started } = meters.get(context) ?? { meter: newMeter(), started: now() };
    log(level, { function: name, requestId: context.awsRequestId, ms: now() - started, ...meter.counts(), ...more });
    const metrics = meter.emf({ stage: process.env['STAGE'] ?? 'local', function: name }, now());
    if (metrics !== undefined) print(metrics);
  };
  return {
    before: ({ context }) => void meters.set(context, { meter: newMeter(), started: deps().now() }),
    after: ({ context }) => report(context, 'info', {}),
    onError: request => {
      report(request.context, 'error', said(request.error));
      request.error = bare(request.error); // middy throws it on: the queue keeps the record
    },
  };
};

/**
 * At the time-out Lambda ends the process, and with it whatever was at work. Middy would answer just before, with an error: the process
 * would live on, and what was cut off with it, be it hours later, beside whoever took over.
 */
const endsWithProcess = { timeoutEarlyInMillis: 0 };

/** A Lambda handler around a function of an event: what it throws, Lambda's retry and dead-letter queue take up. */
export const lambda = <E, R>(name: string, run: (event: E, meter: Meter, context: Context) => Promise<R>) =>
  middy<E, R>(endsWithProcess)
    .use(observed(name))
    .handler((event, context) => run(event, meters.get(context)?.meter ?? newMeter(), context));

/** Logs that a part of a batch failed and goes back to its queue. */
export const warn = (name: string, id: string, error: unknown): void =>
  log('warn', { function: name, record: plain(id, 100), ...said(error) });
