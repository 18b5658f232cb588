import { missingDependency } from '../../lib/rules/sg305-missing-dependency';
import type { Program } from '../generated/platform-generator';
import { contextOf, found } from './shop';

const absent =
  (...names: string[]) =>
  (program: Program) => {
    const staging = program.environments.get('staging');
    if (staging !== undefined)
      for (const name of names) program.services.get(name)?.absentFrom(staging, { reason: 'not ready', until: '2027-01-31' });
  };

test('services that run together pass, and so does one that is absent with its user', () => {
  expect(found(missingDependency)).toEqual([]);
  expect(found(missingDependency, { program: absent('web') })).toEqual([]);
  expect(found(missingDependency, { program: absent('api', 'web') })).toEqual([]);
});

test('a service that uses an absent one is refused with the reason of the absence', () => {
  expect(found(missingDependency, { program: absent('api') })).toEqual([
    {
      path: 'shop/web',
      message: 'web uses api, which does not run in staging',
      given: 'uses.API_URL: api, absent because: not ready',
      expected: 'api wherever web runs',
      remedy: 'let api run in staging, or declare web absent there as well',
    },
  ]);
});

test('services that use each other in a circle are refused once', () => {
  const context = contextOf();
  const services = context.model.services.map((service) =>
    service.name === 'api' ? { ...service, uses: [{ variable: 'WEB_URL', service: 'web' }] } : service,
  );
  expect(missingDependency.check({ ...context, model: { ...context.model, services } })).toMatchObject([
    { path: 'shop/api', message: 'services use each other in a circle: api → web → api' },
  ]);
});
