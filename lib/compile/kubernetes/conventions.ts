/** Numbers and places that every compiled object follows; an override changes them where they do not fit. */

/** User and group of every container: above 10000, so that no user of a node has it. */
export const USER_ID = 10_001;

/** Scratch space of a container. Writable directories count against the limit, each at most its own size. */
export const EPHEMERAL_STORAGE = { request: '64Mi', limit: '1Gi', directory: '512Mi' } as const;

/** What a container in the namespace gets that says nothing itself: solvers of challenges, debugging, added objects. */
export const UNSPECIFIED_CONTAINER = {
  requests: { cpu: '50m', memory: '64Mi' },
  limits: { cpu: '500m', memory: '256Mi' },
} as const;

/** Seconds and counts of the probes. A slow start has 150 s; readiness reacts before liveness does. */
export const PROBES = {
  startup: { periodSeconds: 5, failureThreshold: 30, timeoutSeconds: 2 },
  readiness: { periodSeconds: 5, failureThreshold: 2, timeoutSeconds: 2 },
  liveness: { periodSeconds: 10, failureThreshold: 6, timeoutSeconds: 2 },
} as const;

/** Seconds in which a stopping pod still answers, so that nothing is sent to it any more when it stops, and seconds it has in all. */
export const TERMINATION = { drainSeconds: 5, graceSeconds: 30 } as const;

/** Where name resolution runs: the same on every distribution that uses CoreDNS. */
export const DNS = { namespace: 'kube-system', podLabels: { 'k8s-app': 'kube-dns' }, port: 53 } as const;

/** The pod with which cert-manager answers an HTTP-01 challenge. */
export const ACME_SOLVER = {
  podLabels: { 'acme.cert-manager.io/http01-solver': 'true' },
  port: 8089,
  image: 'quay.io/jetstack/cert-manager-acmesolver',
  requests: { cpu: '10m', memory: '64Mi' },
  limits: { cpu: '100m', memory: '64Mi' },
} as const;

/** Namespace of the metrics server when its address does not say it. */
export const MONITORING_NAMESPACE = 'monitoring';

/** How often External Secrets reads the store. */
export const SECRET_REFRESH = '1h0m0s';

/** Ranges that are not the internet: private, link-local and shared addresses. */
export const PRIVATE_RANGES = {
  ipv4: ['10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16'],
  ipv6: ['fc00::/7', 'fe80::/10'],
} as const;
