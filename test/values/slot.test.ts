import { appSlot, fillText, imageSlot, Slot, slotsIn, slotToken } from '../../lib/values/slot';
import { refusal } from '../declared';

test('a text that is one slot takes the value as it is, number included', () => {
  expect(fillText(slotToken(appSlot('delivery')), new Map([['app/delivery', 4711]]))).toBe(4711);
});

test('a slot within other text is replaced there, and a slot without a value stays', () => {
  const text = `https://${Slot.host('prod-host')}/${slotToken('other')}`;
  expect(fillText(text, new Map([['host/prod-host', 'shop.example.com']]))).toBe('https://shop.example.com/{{slot:other}}');
  expect(slotsIn(text)).toEqual(['host/prod-host', 'other']);
});

test('the image of a service and of its sidecar have different slots', () => {
  expect([imageSlot('backend'), imageSlot('backend', 'proxy')]).toEqual(['image/backend', 'image/backend/proxy']);
});

test('a slot with a name that no token can hold is refused', () => {
  expect(refusal(() => Slot.host('Prod Host'))).toMatchObject({ code: 'SG005', given: '"host/Prod Host"' });
});
