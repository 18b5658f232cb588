import { bind, openSlots, requireBound } from '../../lib/compile/bind';
import { refusal } from '../declared';

const digest = `ghcr.io/acme/shop/api@sha256:${'ab'.repeat(32)}`;
const data = {
  image: '{{slot:image/api}}',
  rules: [{ integration_id: '{{slot:app/delivery}}' }],
  '{{slot:host/web}}': 'https://{{slot:host/web}}/x',
};

test('binding fills values and keys, wherever a slot stands, and leaves what was given as it was', () => {
  expect(bind(data, { 'image/api': digest, 'app/delivery': 12, 'host/web': 'a.example.com' })).toEqual({
    image: digest,
    rules: [{ integration_id: 12 }],
    'a.example.com': 'https://a.example.com/x',
  });
  expect(data.image).toBe('{{slot:image/api}}');
});

test('slots without a value are named when a part must be bound', () => {
  expect(openSlots(data)).toEqual(['app/delivery', 'host/web', 'image/api']);
  expect(refusal(() => requireBound(bind(data, { 'image/api': digest }), 'prod'))).toMatchObject({
    code: 'SG023',
    path: 'prod',
    given: 'app/delivery, host/web',
  });
});

test.each([
  ['image/api', 'ghcr.io/acme/api:latest'],
  ['image/api', 'ghcr.io/acme/api@sha256:ab'],
  ['app/delivery', 'stagegate'],
  ['app/delivery', 0],
  ['host/web', 'https://a.example.com'],
])('the slot %s does not take %j', (slot, value) => {
  expect(refusal(() => bind(data, { [slot]: value }))).toMatchObject({ code: 'SG022', path: slot });
});
