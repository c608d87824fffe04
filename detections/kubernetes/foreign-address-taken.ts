import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byUserAndObject, texts } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const ref = { objectRef: { namespace: 'team-a', name: 'tool' } };
const service = (spec: JsonObject, over = {}) =>
  audit('create', 'services', {
    ...ref,
    requestObject: { kind: 'Service', metadata: { name: 'tool' }, spec },
    ...over,
  });
const metadata = { externalIPs: ['fd00:ec2::254'], ports: [{ port: 80 }] };
const onTheNode = [{ cidr: '169.254.0.0/16' }, { cidr: 'fd00:ec2::/32' }];
const ingress = (ip: string, over = {}) =>
  audit('patch', 'services/status', {
    ...ref,
    requestObject: { status: { loadBalancer: { ingress: [{ ip }] } } },
    ...over,
  });

export const detection = kubernetes({
  id: 'kubernetes/foreign-address-taken',
  title: '{principal} made a Service answer for addresses that belong to others: {object}',
  severity: [
    ['high', { fact: { 'service.takes': onTheNode } }],
    // Nodes' own addresses are what external ones are documented for: an ingress without a load balancer.
    'medium',
  ],
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      { fact: { 'service.takes': [{ exists: true }], 'principal.standing': ['person', 'mixed'] } },
      // Load balancers’ controllers write addresses of theirs into the status of Services, of which none is link-local.
      {
        objectRef: { subresource: { exists: false } },
        fact: { 'service.takes': [{ exists: true }], 'principal.standing': 'service-account' },
      },
      { fact: { 'service.takes': onTheNode, 'principal.standing': 'service-account' } },
    ],
  },
  by: byUserAndObject,
  resources: view => texts(view, 'service.takes'),
  attack: ['T1557', 'T1552.005'],
  why: 'kube-proxy hands what goes to an external address of a Service to its pods, on every node and for the node’s own programs. With the address of instance metadata a team’s pod answers the kubelet, and every pod, in the place of EC2; with a node’s or the API server’s it sits between them. As an external IP the API server takes only IPv6’s of these addresses, as a load balancer’s any.',
  references: [
    'Kubernetes documentation, Service ("External IPs") and the DenyServiceExternalIPs admission controller',
    'CVE-2020-8554 (kubernetes/kubernetes issue 97076)',
    'kubernetes/kubernetes, pkg/apis/core/validation (external addresses may not be link-local, those in the status may)',
    'kube-vip, "Static Pods" (with /etc/kubernetes/admin.conf)',
    'EC2 User Guide, "Access instance metadata for an EC2 instance"',
  ],
  runbook: [
    confirm("objectRef.resource = 'services' and objectRef.namespace = 'NAMESPACE' and objectRef.name = 'NAME'"),
    'Take it away: kubectl -n NAMESPACE delete service NAME, once kubectl -n NAMESPACE get service,endpoints NAME -o yaml is kept',
    'See what answered meanwhile: kubectl -n NAMESPACE get pods -o wide; keep their nodes, and replace what may have signed in through them',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Addresses outside of the clusters’ VPC ranges and the link-local ones are not judged: whose they are, nothing says.',
    'Link-local addresses come by the status alone: among `externalIPs` the API server refuses them. EC2’s own IPv6 addresses are not link-local, and taken there too.',
    'kube-vip as a static pod of kubeadm’s signs in as the administrator: where it gives Services addresses of the VPC, it is reported, once an hour for each. An ingress on the nodes’ own addresses (`externalIPs`) that people or CI install is reported as well. Name both in `platform`.',
    'An agent on the node that takes the address by itself (kube2iam and the like) is host access, and seen as such.',
    'A policy engine, or Cilium in kube-proxy’s place, may keep a Service from it: the record does not say.',
  ],
  examples: {
    matches: [
      { name: 'a developer takes the address of instance metadata', event: service(metadata), severity: 'high' },
      { name: 'a workload does', event: service(metadata, { user: users.workload }), severity: 'high' },
      {
        name: 'a workload takes a node’s address',
        event: service({ externalIPs: ['10.0.12.34'] }, { user: users.workload }),
        severity: 'medium',
      },
      {
        name: 'an ingress on the nodes’ addresses, by a person',
        event: service({ externalIPs: ['10.0.12.34', '10.0.12.35'], ports: [{ port: 443 }] }),
        severity: 'medium',
      },
      {
        name: 'a node’s address and that of instance metadata',
        event: service({ externalIPs: ['10.0.12.34', 'fd00:ec2::254'] }),
        severity: 'high',
      },
      {
        name: 'by JSON Patch',
        event: audit('patch', 'services', {
          ...ref,
          requestObject: [{ op: 'add', path: '/spec/externalIPs', value: ['fd00:ec2::254'] }],
        }),
        severity: 'high',
      },
      { name: 'as that of a load balancer', event: ingress('169.254.170.23'), severity: 'high' },
      {
        name: 'the same by IPv6, in another spelling, by a workload',
        event: ingress('fd00:0ec2::0023', { user: users.workload }),
        severity: 'high',
      },
      {
        name: 'kube-vip gives one of the VPC, as kubeadm’s administrator',
        event: ingress('10.0.12.34', { user: users.admin }),
        severity: 'medium',
      },
    ],
    misses: [
      { name: 'the platform', event: service(metadata, { user: users.platform }) },
      { name: 'an address of the company’s', event: service({ externalIPs: ['198.51.100.7'] }) },
      { name: 'a workload makes one of its own', event: service({ ports: [{ port: 80 }] }, { user: users.workload }) },
      { name: 'none', event: service({ ports: [{ port: 80 }] }) },
      { name: 'no address at all', event: service({ externalIPs: ['example.com', 7] }) },
      { name: 'it is refused', event: service(metadata, { responseStatus: { code: 403 } }) },
      {
        name: 'a link-local one as external IP, which no API server takes',
        event: service({ externalIPs: ['169.254.169.254'] }, { responseStatus: { code: 422 } }),
      },
      {
        name: 'MetalLB, or Cilium, says which address it gave',
        event: ingress('10.0.12.34', { user: users.workload }),
      },
      { name: 'a load balancer of AWS’s', event: ingress('203.0.113.80') },
      {
        name: 'a Knative service',
        event: audit('create', 'services.serving.knative.dev', { ...ref, requestObject: { spec: metadata } }),
      },
      {
        name: 'its pods are asked',
        event: audit('get', 'services/proxy', { ...ref, requestObject: { spec: metadata } }),
      },
    ],
  },
});
