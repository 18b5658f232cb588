import { blake2b } from '@noble/hashes/blake2';
import { box } from 'tweetnacl';
import { newSealingKey, seal, tryOpen } from './sealed-box';

const key = newSealingKey('1');

test.each(['', 'sesame', 'ünïcode €', 'x'.repeat(5000)])('what is sealed to a key is opened with it (%#)', (text) => {
  expect(tryOpen(key, seal(key.publicKey, text))).toBe(text);
});

test('what is sealed to another key, changed or cut is not opened', () => {
  const bytes = Buffer.from(seal(key.publicKey, 'sesame'), 'base64');
  const other = newSealingKey('2');
  expect(tryOpen(other, bytes.toString('base64'))).toBeUndefined();
  expect(tryOpen(key, bytes.subarray(0, -1).toString('base64'))).toBeUndefined();
  expect(tryOpen(key, bytes.subarray(0, 20).toString('base64'))).toBeUndefined();
  bytes[40] = (bytes[40] ?? 0) ^ 1;
  expect(tryOpen(key, bytes.toString('base64'))).toBeUndefined();
});

test('a box that was sealed by NaCl alone is opened', () => {
  const recipient = new Uint8Array(Buffer.from(key.publicKey, 'base64'));
  const sender = box.keyPair();
  const nonce = blake2b(Buffer.concat([sender.publicKey, recipient]), { dkLen: box.nonceLength });
  const content = box(new Uint8Array(Buffer.from('sesame')), nonce, recipient, sender.secretKey);
  expect(tryOpen(key, Buffer.concat([sender.publicKey, content]).toString('base64'))).toBe('sesame');
});
