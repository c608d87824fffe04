import type { AuditRecord } from './record.ts';

/**
 * What of a kubelet is reached through the API server: `enter`, its own ways into a container (a command, a shell, a port, the memory of
 * one); `measures`, what people and monitoring read of it; `other`; `unknown`: no call of `nodes/proxy`.
 */
export type Proxied = 'enter' | 'measures' | 'other' | 'unknown';

/** Kubernetes documentation, "Kubelet authentication/authorization"; kubernetes/kubernetes, `pkg/kubelet/server` (paths). */
const enters: ReadonlySet<string> = new Set(['exec', 'run', 'attach', 'portForward', 'cri', 'checkpoint']);

/** Measures and settings, as the documentation of Kubernetes has people read them. */
const measures: ReadonlySet<string> = new Set(['configz', 'healthz', 'metrics', 'stats']);

/** Byte by byte: Go takes bytes that are no UTF-8, and `decodeURIComponent` takes nothing then. */
const decoded = (path: string): string =>
  path.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * What a call asks of a kubelet. The address is logged as the client wrote it and read decoded, so that `/prox%79/%65xec/` is
 * `/proxy/exec/` (kubernetes/apiserver, `RequestInfoFactory`, of `URL.Path`); `..` leads back.
 */
export const proxiedOf = ({ objectRef, requestURI, verb }: AuditRecord): Proxied => {
  if (objectRef?.resource !== 'nodes' || objectRef.subresource !== 'proxy') return 'unknown';
  const [path = ''] = (requestURI ?? '').split('?', 1);
  // /api/v1/nodes/NAME/proxy/…
  const asked = decoded(path)
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .slice(5);
  const way: string[] = [];
  for (const part of asked)
    if (part === '..') way.pop();
    else way.push(part);
  const [first = ''] = way;
  if (enters.has(first)) return 'enter';
  return verb === 'get' && measures.has(first) && /^[a-z/]*$/.test(asked.join('/')) ? 'measures' : 'other';
};
