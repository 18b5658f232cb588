/** What stands where a secret was. */
export const CONCEALED = '[secret]';

/** Why a text looks like a secret. */
export interface SecretSign {
  /** How it was recognised, without any part of the value. */
  readonly reason: string;
  /** Length of the suspicious part. */
  readonly length: number;
}

const FORMATS: readonly (readonly [name: string, expression: RegExp])[] = [
  ['a private key', /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END|$)/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})/],
  ['an AWS access key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/],
  ['a Slack token', /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/],
  ['a Slack webhook', /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9/]{20,}/],
  ['a JSON Web Token', /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/],
  ['a GitLab token', /\bglpat-[A-Za-z0-9_-]{20,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36,}/],
  ['a Google API key', /\bAIza[A-Za-z0-9_-]{35}/],
  ['a Stripe key', /\b[rs]k_live_[A-Za-z0-9]{16,}/],
  ['a password in an address', /\b[a-z][a-z0-9+.-]*:\/\/[^\s/:@{}$]+:[^\s/@{}$]+@[^\s/]/i],
];

/** What every known format contains: most texts have none of it, and one expression is quicker than eleven. */
const HINT = /-----BEGIN|\bgh[pousr]_|github_pat_|AKIA|ASIA|xox|hooks\.slack\.com|eyJ|glpat-|npm_|AIza|k_live_|:\/\/[^\s/]*@/i;

/** A known format of credentials within a text. */
export function trySecretFormat(text: string): SecretSign | undefined {
  if (!HINT.test(text)) return undefined;
  for (const [reason, expression] of FORMATS) {
    const match = expression.exec(text);
    if (match !== null) return { reason, length: match[0].length };
  }
  return undefined;
}

const SECRET_NAME =
  /(?:^|[^a-z])(?:password|passwd|pwd|passphrase|token|secret|api_?key|private_?key|access_?key|signing_?key|encryption_?key|key|credentials?)[\d]*$/;
const OPEN = /^(?:true|false|yes|no|on|off|none|null|disabled|enabled|\d{1,5})$/i;

/** Whether a name says that its value is a secret: `DB_PASSWORD`, `apiToken`, `SIGNING_KEY`; not `TOKEN_URL`, `SECRET_NAME`, `PUBLIC_KEY`. */
export function namesSecret(name: string): boolean {
  const words = name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
  return SECRET_NAME.test(words) && !/public_?key[\d]*$/.test(words);
}

/** A value that its name says is secret, and that is no reference: paths, addresses, placeholders and plain switches are let through. */
export function trySecretByName(name: string, value: string): SecretSign | undefined {
  if (!namesSecret(name) || isReference(value) || OPEN.test(value.trim())) return undefined;
  const onlyKey = /key[\d]*$/i.test(name) && !/(?:api|private|access|signing|encryption)_?key[\d]*$/i.test(name);
  // `SORT_KEY=created_at` and `ROUTING_KEY=orders.v2` name a column and a queue, not a secret.
  if (onlyKey && !(/^[A-Za-z0-9+/_=-]{12,}$/.test(value) && /\d/.test(value) && /[A-Za-z]/.test(value))) return undefined;
  return { reason: 'its name', length: value.length };
}

function isReference(value: string): boolean {
  const text = value.trim();
  return (
    text === '' ||
    /^(?:\$\{\{[^}]*\}\}|\{\{[^}]*\}\}|\$\(?\{?[A-Za-z_][A-Za-z0-9_]*\}?\)?)$/.test(text) ||
    /^\.{0,2}\/[^\s]*$/.test(text) ||
    /^[a-z][a-z0-9+.-]*:\/\/[^@\s]*$/i.test(text)
  );
}

const FINGERPRINT_NAME = /(?:sha|commit|revision|digest|hash|checksum|fingerprint|uuid|_id|version|etag|nonce)[\d]*$/i;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A part of a value that is too random to be words: 24 or more characters of a key alphabet, or 32 or more hexadecimal digits. */
export function trySecretByEntropy(name: string, value: string): SecretSign | undefined {
  if (FINGERPRINT_NAME.test(name)) return undefined;
  for (const [index, part] of value.split(/[\s"'`,;=:|<>()[\]{}@.]+/).entries()) {
    if (UUID.test(part) || (index > 0 && value.includes(`sha256:${part}`))) continue;
    const hexadecimal = /^[0-9a-f]{32,}$/i.test(part);
    const mixed =
      /^[A-Za-z0-9+/_-]{24,}$/.test(part) &&
      /[a-z]/.test(part) &&
      /[A-Z]/.test(part) &&
      (part.match(/\d/g)?.length ?? 0) >= 2 &&
      !part.startsWith('/');
    if ((hexadecimal && entropy(part.toLowerCase()) >= 3) || (mixed && entropy(part) >= 4))
      return { reason: 'its randomness', length: part.length };
  }
  return undefined;
}

/** Shannon entropy, bits a character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** A named value that looks like a secret, by its format, its name or its randomness. */
export function trySecret(name: string, value: string): SecretSign | undefined {
  return trySecretFormat(value) ?? trySecretByName(name, value) ?? trySecretByEntropy(name, value);
}

const ASSIGNMENT = /(?:^|[\s;&|(])([A-Za-z_]\w*)=(["']?)([^\s"';&|)]+)\2/g;
const OPTION = /(?:^|\s)--([a-z][a-z0-9-]*)[= ](["']?)([^\s"';&|)]+)\2/g;
const COMPARISON = /([A-Za-z_][\w-]*)["'\]]*\s*[=!]=\s*(["'])([^"']+)\2/g;
const MEMBER = /([A-Za-z_][\w-]*)["']?\s*:\s*(["'])([^"']+)\2/g;

/** A secret within a command or script: a known format, or a literal given to a variable or option whose name says that it is secret. */
export function trySecretInScript(script: string): (SecretSign & { readonly name?: string }) | undefined {
  return trySecretFormat(script) ?? trySecretGiven(script, [ASSIGNMENT, OPTION]);
}

/** A secret within an expression: a literal that is compared with something whose name says that it is secret. */
export function trySecretInExpression(expression: string): (SecretSign & { readonly name?: string }) | undefined {
  return trySecretGiven(expression, [COMPARISON]);
}

function trySecretGiven(text: string, notations: readonly RegExp[]): (SecretSign & { readonly name: string }) | undefined {
  for (const [, name = '', , value = ''] of notations.flatMap((notation) => [...text.matchAll(notation)])) {
    const sign = trySecretGivenTo(name, value);
    if (sign !== undefined) return { ...sign, name };
  }
  return undefined;
}

function trySecretGivenTo(name: string, value: string): SecretSign | undefined {
  return value.includes('$') || value.startsWith('-') ? undefined : trySecretByName(name.replaceAll('-', '_'), value);
}

/** A user of an address that is too random to be a name: `https://TOKEN@git.example.com`. */
export function tryTokenInAddress(text: string): SecretSign | undefined {
  const user = /:\/\/([^\s/:@{}$]+)@/.exec(text)?.[1];
  return user === undefined ? undefined : trySecretByEntropy('', user);
}

/** User and password of an address; `git` is the name that everybody has on hosts of git. */
const CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)(?!git@)[^\s/?#]*@(?!sha256:)/gi;
const LITERAL = /(["'])([^"'\n]+)\1/g;

/**
 * A sentence with every secret in it replaced, so that the rest can be read: credentials of addresses, known formats, values that are given to
 * a name, or compared with one, that says that they are secret, and literals that are too random to be words.
 */
export function withoutSecretsInText(text: string): string {
  let left = text.replaceAll(CREDENTIALS, `$1${CONCEALED}@`);
  if (HINT.test(left)) for (const [, format] of FORMATS) left = left.replaceAll(new RegExp(format, `${format.flags}g`), CONCEALED);
  for (const notation of [ASSIGNMENT, OPTION, COMPARISON, MEMBER]) {
    left = left.replaceAll(notation, (whole: string, name: string, quote: string, value: string) =>
      trySecretGivenTo(name, value) === undefined ? whole : `${whole.slice(0, -value.length - quote.length)}${CONCEALED}${quote}`,
    );
  }
  return left.replaceAll(LITERAL, (whole: string, quote: string, value: string) =>
    trySecretByEntropy('', value) === undefined ? whole : `${quote}${CONCEALED}${quote}`,
  );
}
