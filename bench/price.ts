/** US dollars in us-east-1, without free tier: AWS Lambda Pricing (arm64) and Amazon DynamoDB Pricing (on demand), 2025. */
export const prices = {
  lambdaGigabyteSecond: 0.0000133334,
  lambdaRequest: 0.2e-6,
  dynamodbWrite: 0.625e-6,
  dynamodbRead: 0.125e-6,
} as const;

/** At 1,769 MB a function has one whole processor (Lambda Developer Guide, "Configure Lambda function memory"). */
const gigabytes = 1_769 / 1_024;

export interface Cost {
  readonly lambda: number;
  readonly invocations: number;
  readonly dynamodb: number;
  readonly total: number;
}

export const formula =
  'dollars per million events = processor seconds × 1,769 MB × price of a GB-second + invocations × price of a request + writes × price of a write unit + reads × price of a read unit (items of at most 1 KB and 4 KB; a query counts one; time spent waiting for DynamoDB is not in it)';

/** @param secondsPerEvent processor seconds from payload to findings; the rest per event, counted on the seeded day */
export const costOfMillion = (per: {
  readonly seconds: number;
  readonly invocations: number;
  readonly writes: number;
  readonly reads: number;
}): Cost => {
  const lambda = 1e6 * per.seconds * gigabytes * prices.lambdaGigabyteSecond;
  const invocations = 1e6 * per.invocations * prices.lambdaRequest;
  const dynamodb = 1e6 * (per.writes * prices.dynamodbWrite + per.reads * prices.dynamodbRead);
  return { lambda, invocations, dynamodb, total: lambda + invocations + dynamodb };
};
