/**
 * How clients of AWS are made where somebody waits: two tries, each of which ends. Without `throwOnRequestTimeout` the SDK only logs
 * that an answer is late, and waits on.
 * @param timeout milliseconds of one try
 */
export const within = (timeout: number) =>
  ({
    maxAttempts: 2,
    requestHandler: {
      connectionTimeout: Math.min(timeout, 3_000),
      requestTimeout: timeout,
      throwOnRequestTimeout: true,
    },
  }) as const;

/** Two tries of a few seconds each. */
export const hurried = within(5_000);
