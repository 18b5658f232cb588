import { generateKeyPairSync } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2';
import { box } from 'tweetnacl';

/** A key pair of X25519, to whose public half secrets are sealed. */
export interface SealingKey {
  readonly id: string;
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
  readonly privateKey: Uint8Array;
}

export function newSealingKey(id: string): SealingKey {
  const { x, d } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
  return {
    id,
    publicKey: Buffer.from(String(x), 'base64url').toString('base64'),
    privateKey: new Uint8Array(Buffer.from(String(d), 'base64url')),
  };
}

/** The public key of whoever sealed a box is its beginning. */
const SENDER_BYTES = 32;

/** What is in a sealed box of libsodium (base64), undefined when it was not sealed to this key. */
export function tryOpen(key: SealingKey, sealed: string): string | undefined {
  const bytes = new Uint8Array(Buffer.from(sealed, 'base64'));
  if (bytes.length < SENDER_BYTES + box.overheadLength) return undefined;
  const sender = bytes.slice(0, SENDER_BYTES);
  const nonce = nonceOf(sender, Buffer.from(key.publicKey, 'base64'));
  const opened = box.open(bytes.slice(SENDER_BYTES), nonce, sender, key.privateKey);
  return opened === null ? undefined : Buffer.from(opened).toString('utf8');
}

/** A sealed box, as clients make it. */
export function seal(publicKey: string, text: string): string {
  const recipient = new Uint8Array(Buffer.from(publicKey, 'base64'));
  const sender = box.keyPair();
  const content = box(new Uint8Array(Buffer.from(text)), nonceOf(sender.publicKey, recipient), recipient, sender.secretKey);
  return Buffer.concat([sender.publicKey, content]).toString('base64');
}

function nonceOf(sender: Uint8Array, recipient: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([sender, recipient]), { dkLen: box.nonceLength });
}
