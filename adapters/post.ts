/** A service did not take a request. The text never holds the address or a header: both may be secrets. */
export class PostError extends Error {
  override readonly name = 'PostError';
  /** Milliseconds after which to try again; undefined: trying again changes nothing. */
  readonly retryAfter: number | undefined;
  constructor(service: string, problem: string, retryAfter: number | undefined) {
    super(`${service}: ${problem}`);
    this.retryAfter = retryAfter;
  }
}

export interface Post {
  /** Who is spoken to, as errors name it. */
  readonly service: string;
  readonly address: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body: string;
  /** Milliseconds. */
  readonly timeout: number;
}

/** HTTPS, and plain HTTP to loopback for a stand-in. */
const addressOf = ({ service, address }: Post): URL => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLoopback = url?.hostname === '127.0.0.1' || url?.hostname === '[::1]';
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw new PostError(service, 'its address is no https address: set the secret or setting that names it', undefined);
};

/** Bytes of an answer that are read: what services say is short. */
const longestAnswer = 64 * 1024;

const answerOf = async (response: Response): Promise<string> => {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > longestAnswer) break;
  }
  return text.slice(0, longestAnswer);
};

/** `Retry-After` in seconds, as milliseconds, at most an hour; a second where it is not said. */
const retryAfterOf = (response: Pick<Response, 'headers'>): number => {
  const seconds = Number(response.headers.get('retry-after') ?? '1');
  return (Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : 1) * 1000;
};

/**
 * Posts JSON, following no redirect.
 * @returns the answer's text, at most 64 KB
 * @throws PostError unless the answer was 2xx
 */
export const post = async (request: Post): Promise<string> => {
  const url = addressOf(request);
  const { service, headers = {}, body, timeout } = request;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeout),
    });
    if (response.ok) return await answerOf(response);
    await response.body?.cancel();
    const isTemporary = response.status === 429 || response.status >= 500;
    throw new PostError(service, `answered ${response.status}`, isTemporary ? retryAfterOf(response) : undefined);
  } catch (error) {
    if (error instanceof PostError) throw error;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new PostError(service, isLate ? `no answer within ${timeout} ms` : 'the connection failed', 1000);
  }
};
