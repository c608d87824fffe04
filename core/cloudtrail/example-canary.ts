import { agentName, roundOf } from '../canary.ts';
import { call, roleSession } from './example.ts';

/** A round of the examples: called twenty minutes before its records, later than any record is late. */
const calledAt = '2026-09-01T09:40:00Z';
export const exampleRound = roundOf(Date.parse(calledAt), '0123456789abcdef');

/** As no service of AWS is called: the canary's function itself says this, and no log can. */
export const called = (canary: string) =>
  call('tripline', 'CanaryCalled', {
    eventSource: 'tripline',
    eventTime: calledAt,
    requestParameters: { canary, round: exampleRound },
  });

/** The session of a stage's canary: Lambda names it after the function. */
export const canarySession = roleSession('tripline-production-canary', 'tripline-production-canary');

/** What the AWS SDK for JavaScript says of itself, and the round at its end. */
const agentOf = (round: string): string =>
  `aws-sdk-js/3.1061.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/ec2#3.1061.0 m/E,N ${agentName}/${round}`;

/** The canary's call as CloudTrail records its denial (EC2 API Reference, "Error codes"). */
export const canaryCall = (over: Parameters<typeof call>[2] = {}) =>
  call('ec2', 'DescribeExportTasks', {
    userIdentity: canarySession,
    userAgent: agentOf(exampleRound),
    errorCode: 'Client.UnauthorizedOperation',
    errorMessage: 'You are not authorized to perform this operation.',
    ...over,
  });
