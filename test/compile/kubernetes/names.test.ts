import fc from 'fast-check';
import {
  admissionPolicyName,
  certificateName,
  configMapName,
  ENVIRONMENT_POLICIES,
  instanceName,
  secretName,
  shortened,
  sidecarPortName,
  volumeName,
} from '../../../lib/compile/kubernetes/names';
import type { EnvironmentModel, PlatformModel } from '../../../lib/model/platform-model';
import { dnsLabel } from '../../../lib/values/name';
import { edited, openluffy } from '../model-fixture';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
const PORT = /^(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Names that declarations accept: DNS-1035 labels up to a length. */
function declared(longest: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.constantFrom(...'abcxyz'), fc.array(fc.constantFrom(...'abz09-'), { maxLength: longest - 1 }))
    .map(([first, rest]) => (first + rest.join('')).replace(/-+$/, ''));
}

function inPlatform(platform: string, environment: string): readonly [PlatformModel, EnvironmentModel] {
  const model = edited(openluffy(), (draft) => {
    draft.name = platform;
    if (draft.environments[0] !== undefined) draft.environments[0].name = environment;
  });
  return [model, model.environments[0] as EnvironmentModel];
}

test('the names that the generator makes are those that declarations accept', () => {
  fc.assert(fc.property(declared(52), (name) => dnsLabel(name, 'a name', 'test', 52) === name));
});

test('composed names fit what Kubernetes takes, however long their parts are', () => {
  fc.assert(
    fc.property(declared(40), declared(40), (platform, environment) => {
      const [model, place] = inPlatform(platform, environment);
      const instance = instanceName(model, place);
      const certificate = certificateName(model, place);
      expect(instance).toMatch(LABEL_VALUE);
      expect(certificate).toMatch(LABEL);
      expect(Math.max(instance.length, certificate.length)).toBeLessThanOrEqual(63);
      expect(admissionPolicyName(model, place)).toMatch(SUBDOMAIN);
    }),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(declared(52), fc.string(), (service, content) => {
      expect(configMapName(service, content)).toMatch(SUBDOMAIN);
      expect(secretName(service)).toMatch(SUBDOMAIN);
      expect(sidecarPortName(service)).toMatch(PORT);
      expect(sidecarPortName(service).length).toBeLessThanOrEqual(15);
    }),
  );
});

test('different services never get one name for what belongs to them', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(declared(52), { minLength: 2, maxLength: 12 }),
      fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }),
      (services, contents) => {
        const configMaps = services.flatMap((service) => contents.map((content) => configMapName(service, content)));
        expect(new Set(configMaps).size).toBe(configMaps.length);
        expect(new Set(services.map(secretName)).size).toBe(services.length);
        expect(new Set(services.map(sidecarPortName)).size).toBe(services.length);
      },
    ),
  );
});

test('a service whose name looks like a composed one shares no ConfigMap with the other', () => {
  const taken = configMapName('api', 'A=1');
  expect(configMapName(taken, 'A=1')).not.toBe(taken);
});

test('network policies of an environment have names that no service can have', () => {
  for (const name of Object.values(ENVIRONMENT_POLICIES)) {
    expect(name).toMatch(SUBDOMAIN);
    expect(() => dnsLabel(name, 'the name of the service', 'test')).toThrow('SG001');
  }
});

test('a text is shortened only when it is too long, to the length at most, and stays apart from others', () => {
  const long = fc.string({ unit: fc.constantFrom(...'ab-.'), minLength: 64, maxLength: 200 });
  fc.assert(
    fc.property(fc.uniqueArray(long, { minLength: 2, maxLength: 10 }), (texts) => {
      const short = texts.map((text) => shortened(text, 63));
      expect(Math.max(...short.map((text) => text.length))).toBeLessThanOrEqual(63);
      expect(new Set(short).size).toBe(texts.length);
    }),
  );
  expect(shortened('a'.repeat(63), 63)).toBe('a'.repeat(63));
});

test('volumes are named after their directory, and directories that would read alike stay apart', () => {
  expect(volumeName('/tmp')).toBe('tmp');
  expect(volumeName('/var/cache/app')).toBe('var-cache-app');
  const directory = fc
    .array(fc.string({ unit: fc.constantFrom(...'aA_-.0'), minLength: 1, maxLength: 30 }), { minLength: 1, maxLength: 4 })
    .map((parts) => `/${parts.join('/')}`);
  fc.assert(
    fc.property(fc.uniqueArray(directory, { minLength: 2, maxLength: 12 }), (directories) => {
      const names = directories.map(volumeName);
      expect(new Set(names).size).toBe(directories.length);
      for (const name of names) {
        expect(name).toMatch(LABEL);
        expect(name.length).toBeLessThanOrEqual(63);
      }
    }),
  );
});

test('a port of a sidecar keeps the name of the sidecar while it is short', () => {
  expect(sidecarPortName('proxy')).toBe('s-proxy');
  expect(sidecarPortName('a--b')).toMatch(/^s-[0-9a-f]{10}$/);
});
