import type { Context } from 'aws-lambda';

/** The account that a function runs in, by its own ARN; undefined where that is not said. */
export const accountOf = ({ invokedFunctionArn }: Partial<Context>): string | undefined =>
  invokedFunctionArn?.split(':')[4];
