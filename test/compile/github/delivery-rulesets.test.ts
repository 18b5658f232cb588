import { compileDelivery } from '../../../lib/compile/delivery';
import { deliveryRulesets } from '../../../lib/compile/github/delivery-rulesets';
import { openluffy } from '../model-fixture';

const delivery = compileDelivery(openluffy());
const app = { actor_type: 'Integration', actor_id: '{{slot:app/delivery}}', bypass_mode: 'always' };
const on = (...include: string[]) => ({ ref_name: { include, exclude: [] } });

test('five rulesets carry deliveries, exactly these', () => {
  expect(deliveryRulesets(delivery)).toEqual([
    {
      name: 'stagegate: delivery',
      target: 'branch',
      enforcement: 'active',
      bypass_actors: [app],
      conditions: on('refs/heads/env/**/*', 'refs/heads/promote/**/*', 'refs/heads/stagegate/state'),
      rules: [{ type: 'creation' }, { type: 'update' }],
    },
    {
      name: 'stagegate: delivery, history',
      target: 'branch',
      enforcement: 'active',
      bypass_actors: [app],
      conditions: on('refs/heads/promote/**/*', 'refs/heads/stagegate/state'),
      rules: [{ type: 'deletion' }, { type: 'non_fast_forward' }],
    },
    {
      name: 'stagegate: environments',
      target: 'branch',
      enforcement: 'active',
      bypass_actors: [],
      conditions: on('refs/heads/env/dev', 'refs/heads/env/preprod', 'refs/heads/env/prod'),
      rules: [
        {
          type: 'pull_request',
          parameters: {
            required_approving_review_count: 0,
            dismiss_stale_reviews_on_push: false,
            require_code_owner_review: false,
            require_last_push_approval: false,
            required_review_thread_resolution: false,
            allowed_merge_methods: ['squash'],
          },
        },
        {
          type: 'required_status_checks',
          parameters: {
            required_status_checks: [{ context: 'stagegate/gates', integration_id: '{{slot:app/delivery}}' }],
            strict_required_status_checks_policy: true,
            do_not_enforce_on_create: true,
          },
        },
        { type: 'deletion' },
        { type: 'non_fast_forward' },
      ],
    },
    {
      name: 'stagegate: releases, creation',
      target: 'tag',
      enforcement: 'active',
      bypass_actors: [app],
      conditions: on('refs/tags/stagegate/releases/**/*'),
      rules: [{ type: 'creation' }],
    },
    {
      name: 'stagegate: releases, history',
      target: 'tag',
      enforcement: 'active',
      bypass_actors: [],
      conditions: on('refs/tags/stagegate/releases/**/*'),
      rules: [{ type: 'update' }, { type: 'deletion' }, { type: 'non_fast_forward' }],
    },
  ]);
});

test('a platform without environments has no ruleset that matches nothing', () => {
  const names = deliveryRulesets({ ...delivery, environments: [] }).map(({ name }) => name);
  expect(names).not.toContain('stagegate: environments');
});

test('the numeric id of a declared app takes the place of its slot', () => {
  const numbered = { ...delivery, apps: { ...delivery.apps, delivery: { slug: 'shipper', id: 4711 } } };
  expect(deliveryRulesets(numbered)[0]?.bypass_actors).toEqual([{ ...app, actor_id: 4711 }]);
});
