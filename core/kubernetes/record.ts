import type { Json, JsonObject } from '../json.ts';
import type { Reading } from './reading.ts';

/** kubernetes/apiserver, audit/v1 `authnv1.UserInfo`. `extra` values are lists. */
export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: { readonly [name: string]: readonly string[] };
}

/** kubernetes/apiserver, audit.k8s.io/v1 `Event`. EKS omits bodies of most resources (see the EKS audit policy). */
export interface AuditRecord {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly level?: string;
  readonly auditID: string;
  readonly stage?: string;
  readonly requestURI?: string;
  readonly verb: string;
  readonly user?: AuditUser;
  readonly impersonatedUser?: AuditUser;
  /** All but the last element can be forged by the client. */
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource?: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly resourceVersion?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: {
    readonly metadata?: JsonObject;
    readonly status?: string;
    readonly message?: string;
    readonly reason?: string;
    readonly details?: JsonObject;
    readonly code?: number;
  };
  readonly requestObject?: Json;
  readonly responseObject?: Json;
  readonly requestReceivedTimestamp?: string;
  readonly stageTimestamp?: string;
  readonly annotations?: { readonly [name: string]: string };
  /** Kubernetes documentation, "User impersonation": the verb that allowed it, from 1.35 on, where it was a constrained one. */
  readonly authenticationMetadata?: { readonly impersonationConstraint?: string };
  /** Not the API server's: what the posture reader read afterwards, where the event has no body. */
  readonly reading?: Reading;
}
