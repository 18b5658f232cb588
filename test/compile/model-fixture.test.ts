import { openluffy } from './model-fixture';

test('the platform of the compiler tests has three environments with two services each', () => {
  const model = openluffy();
  expect(model.environments.map((environment) => environment.name)).toEqual(['dev', 'preprod', 'prod']);
  expect(model.services.map((service) => service.environments.length)).toEqual([3, 3]);
});
