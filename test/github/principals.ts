import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';

/** Who makes a call. */
export type Principal = PersonPrincipal | InstallationPrincipal | AppPrincipal;

export interface PersonPrincipal {
  readonly kind: 'person';
  readonly login: string;
}

/** An app with the token of an installation: it acts in repositories. */
export interface InstallationPrincipal {
  readonly kind: 'installation';
  readonly slug: string;
  /** Narrower than those of the app when the token asked for less; `read` or `write` by name. */
  readonly permissions: Readonly<Record<string, string>>;
  /** `owner/name` in lower case; absent for all that the installation covers. */
  readonly repositories?: readonly string[];
}

/** An app with its own JSON Web Token: it may ask for its installations and their tokens, and no more. */
export interface AppPrincipal {
  readonly kind: 'app';
  readonly slug: string;
}

/** Login of a person, or slug of an app. */
export function nameOf(principal: Principal): string {
  return principal.kind === 'person' ? principal.login : principal.slug;
}

/** The tokens that were given out, and the keys of apps. */
export class Credentials {
  private readonly tokens = new Map<string, { readonly principal: Principal; readonly expiresAt?: number }>();

  /** Slugs of the apps that were given a key. */
  private readonly keyed = new Set<string>();

  constructor(private readonly clock: () => number) {}

  grant(token: string, principal: Principal, expiresAt?: number): string {
    this.tokens.set(token, expiresAt === undefined ? { principal } : { principal, expiresAt });
    return token;
  }

  /** Makes the token of a principal worthless. */
  revoke(principal: Principal): void {
    for (const [token, known] of this.tokens) if (known.principal === principal) this.tokens.delete(token);
  }

  /** The private key of an app in PEM; made when it is first asked for. */
  privateKey(slug: string): string {
    this.keyed.add(slug);
    return keyPairOf(slug).privateKey;
  }

  /** Who a header `Authorization` stands for; `unknown` when nobody. */
  principalOf(authorization: string, appOfId: (id: string) => string | undefined): Principal | 'unknown' {
    const [scheme = '', given = ''] = authorization.split(' ', 2);
    const token =
      scheme.toLowerCase() === 'basic'
        ? Buffer.from(given, 'base64')
            .toString('utf8')
            .replace(/^[^:]*:/, '')
        : given;
    const known = this.tokens.get(token);
    if (known !== undefined) return known.expiresAt !== undefined && known.expiresAt <= this.clock() ? 'unknown' : known.principal;
    return this.appOf(token, appOfId) ?? 'unknown';
  }

  /** The app that signed a token with RS256; its `iss` is the id of the app, and it lives for ten minutes at most. */
  private appOf(token: string, appOfId: (id: string) => string | undefined): AppPrincipal | undefined {
    const [header, payload, signature, ...rest] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undefined;
    const claims = parsed(payload);
    if (parsed(header)?.alg !== 'RS256' || claims === undefined) return undefined;
    const slug = appOfId(String(claims.iss));
    if (slug === undefined || !this.keyed.has(slug)) return undefined;
    const signed = verify(
      'RSA-SHA256',
      Buffer.from(`${header}.${payload}`),
      createPublicKey(keyPairOf(slug).publicKey),
      Buffer.from(signature, 'base64url'),
    );
    const now = this.clock() / 1000;
    const { iat, exp } = claims;
    if (!signed || typeof iat !== 'number' || typeof exp !== 'number') return undefined;
    return iat <= now + 60 && exp > now && exp - now <= 600 ? { kind: 'app', slug } : undefined;
  }
}

interface KeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** By slug, for all worlds of a process: a key takes a second to make on a busy machine. */
const keyPairs = new Map<string, KeyPair>();

function keyPairOf(slug: string): KeyPair {
  const known = keyPairs.get(slug);
  if (known !== undefined) return known;
  const pair = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  keyPairs.set(slug, pair);
  return pair;
}

function parsed(part: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
