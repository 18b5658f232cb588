import { policyChanges } from './changes';
import { also, type Edit, openluffy, STRICT } from './openluffy-program';

describe('is no change of policy:', () => {
  const integration = "const integration = new Suite(platform, 'integration', { run: 'make integration' });";
  const frontend = `new ServiceStack(platform, 'frontend', {
  build: Build.dockerfile('frontend'),
  port: 8080,
  health: '/',
  route: '/',
  uses: { API_URL: backend },
});
`;
  const toPreprod =
    "new PromotionPolicy(platform, 'dev-to-preprod', { from: dev, to: preprod, gates: [Gate.healthy(), Gate.soak('30s')] });\n";
  const renamed: readonly (readonly [what: string, edits: readonly Edit[]])[] = [
    ['nothing', []],
    [
      'a policy under another name',
      [
        ["'dev-to-preprod'", "'first'"],
        ["'preprod-to-prod'", "'second'"],
      ],
    ],
    [
      'a protection, and so its rulesets, under another name',
      [["new BranchProtection(repository, 'main'", "new BranchProtection(repository, 'trunk'"]],
    ],
    ['an environment under another name', [["(platform, 'prod'", "(platform, 'production'"]]],
    [
      'all environments under other names',
      [
        ["(platform, 'dev'", "(platform, 'development'"],
        ["(platform, 'preprod'", "(platform, 'staging'"],
        ["(platform, 'prod'", "(platform, 'production'"],
      ],
    ],
    ['environments that swap nothing but one name', [["(platform, 'preprod'", "(platform, 'qa'"]]],
    ['a service under another name', [["(platform, 'backend'", "(platform, 'api'"]]],
    ['a suite under another name', [["(platform, 'integration'", "(platform, 'acceptance'"]]],
    ['a repository under another name in the program', [["(platform, 'openluffy', { name", "(platform, 'code', { name"]]],
    [
      'the order of declarations',
      [
        [toPreprod, ''],
        also(toPreprod),
        [frontend, ''],
        also(frontend),
        [integration, ''],
        [`const validate`, `${integration}\nconst validate`],
      ],
    ],
    ['the order of gates', [['Gate.healthy(), Gate.verified(integration)', 'Gate.verified(integration), Gate.healthy()']]],
    ['more replicas, and an own variable', [['replicas: 3', "replicas: 5, env: { A: 'b' }"]]],
    ['reviews that the program branch asks for anyway', [['checks: [validate], approvals: 1,', 'checks: [validate],']]],
  ];
  test.each(renamed)('%s', (_, edits) => {
    expect(policyChanges(openluffy(), openluffy(edits))).toEqual([]);
    expect(policyChanges(openluffy(edits), openluffy())).toEqual([]);
  });

  test('the order of everything that is compiled, and the names of rulesets', () => {
    const { desired, intent } = openluffy(STRICT);
    const shuffled = JSON.parse(JSON.stringify(desired), (key, value) =>
      Array.isArray(value) && !key.startsWith('lanes') ? value.reverse() : value,
    );
    for (const { rulesets } of shuffled.repositories) for (const ruleset of rulesets) ruleset.name = `our ${ruleset.name}`;
    expect(policyChanges({ desired, intent }, { desired: shuffled })).toEqual([]);
  });

  test('rulesets that are split into one for each rule and ref, or joined from such', () => {
    const { desired, intent } = openluffy(STRICT);
    const split = {
      ...desired,
      repositories: desired.repositories.map((repository) => ({
        ...repository,
        rulesets: repository.rulesets.flatMap((ruleset) =>
          ruleset.rules.flatMap((rule) =>
            ruleset.conditions.ref_name.include.map((include, index) => ({
              ...ruleset,
              name: `${ruleset.name}, ${rule.type} ${index}`,
              conditions: { ref_name: { include: [include], exclude: [] } },
              rules: [rule],
            })),
          ),
        ),
      })),
    };
    expect(split.repositories[0]?.rulesets.length).toBeGreaterThan(20);
    expect(policyChanges({ desired, intent }, { desired: split })).toEqual([]);
    expect(policyChanges({ desired: split, intent }, { desired })).toEqual([]);
  });
});
