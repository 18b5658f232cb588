/** Texts that must never be shown: tokens and keys that were used. */
export interface Secrets {
  add(secret: string): void;
  /** The text without any of them. */
  removedFrom(text: string): string;
}

/** Shorter ones would take ordinary words away. */
const SHORTEST = 8;

export function secretsKept(): Secrets {
  const known = new Set<string>();
  return {
    add(secret) {
      if (secret.length >= SHORTEST) known.add(secret);
    },
    removedFrom: (text) => [...known].reduce((left, secret) => left.replaceAll(secret, '[secret]'), text),
  };
}
