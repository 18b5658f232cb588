import { createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { blake2b } from '@noble/hashes/blake2';
import * as nacl from 'tweetnacl';

/** A key pair of X25519, to whose public half secrets are sealed. */
export interface SealingKey {
  readonly id: string;
  /** Base64 of 32 bytes. */
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

export function newSealingKey(id: string): SealingKey {
  const { publicKey, privateKey } = generateKeyPairSync('x25519');
  return { id, publicKey: rawBytes(publicKey).toString('base64'), privateKey };
}

const KEY_BYTES = 32;

/** What is in a sealed box of libsodium (base64), undefined when it was not sealed to this key. */
export function tryOpen(key: SealingKey, sealed: string): string | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  if (bytes.length < KEY_BYTES + nacl.secretbox.overheadLength) return undefined;
  const sender = bytes.subarray(0, KEY_BYTES);
  const nonce = nonceOf(sender, Buffer.from(key.publicKey, 'base64'));
  try {
    const opened = nacl.secretbox.open(new Uint8Array(bytes.subarray(KEY_BYTES)), nonce, boxKey(key.privateKey, sender));
    return opened === null ? undefined : Buffer.from(opened).toString('utf8');
  } catch {
    // Some bytes are the public key of nobody.
    return undefined;
  }
}

/** A sealed box, as clients make it. */
export function seal(publicKey: string, text: string): string {
  const recipient = Buffer.from(publicKey, 'base64');
  const { publicKey: sender, privateKey } = generateKeyPairSync('x25519');
  const own = rawBytes(sender);
  const content = nacl.secretbox(new Uint8Array(Buffer.from(text)), nonceOf(own, recipient), boxKey(privateKey, recipient));
  return Buffer.concat([own, content]).toString('base64');
}

/** The public key of whoever sealed a box is its beginning, and with that of the recipient makes the nonce. */
function nonceOf(sender: Uint8Array, recipient: Uint8Array): Uint8Array {
  return blake2b(Buffer.concat([sender, recipient]), { dkLen: nacl.secretbox.nonceLength });
}

/** A part of tweetnacl that its types leave out. Its own X25519 takes ten milliseconds, that of Node a tenth of one. */
const { crypto_core_hsalsa20: hsalsa20 } = (
  nacl as unknown as {
    readonly lowlevel: {
      readonly crypto_core_hsalsa20: (out: Uint8Array, input: Uint8Array, key: Uint8Array, constant: Uint8Array) => void;
    };
  }
).lowlevel;

/** The key of a box: what both have in common, through HSalsa20. */
function boxKey(privateKey: KeyObject, other: Uint8Array): Uint8Array {
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: Buffer.from(other).toString('base64url') }, format: 'jwk' });
  const key = new Uint8Array(nacl.secretbox.keyLength);
  hsalsa20(key, new Uint8Array(16), new Uint8Array(diffieHellman({ privateKey, publicKey })), Buffer.from('expand 32-byte k'));
  return key;
}

function rawBytes(publicKey: KeyObject): Buffer {
  return Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url');
}
