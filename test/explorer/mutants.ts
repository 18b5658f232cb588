import type { DesiredRule, DesiredRuleset, DesiredState } from '../../lib/desired/desired-state';

/** The compiled data with one thing weakened. */
export interface Mutant {
  readonly name: string;
  readonly desired: DesiredState;
}

type Draft<T> = T extends readonly (infer Item)[] ? Draft<Item>[] : T extends object ? { -readonly [Key in keyof T]: Draft<T[Key]> } : T;

/** Every gate, rule, required check, bypass actor, admission, sync setting and actor of the compiled data, each removed or weakened once. */
export function mutants(desired: DesiredState): Mutant[] {
  const result: Mutant[] = [];
  const mutate = (name: string, change: (draft: Draft<DesiredState>) => void) => {
    // Not a structured clone, which would keep parts that the compiled data shares shared.
    const draft = JSON.parse(JSON.stringify(desired)) as Draft<DesiredState>;
    change(draft);
    result.push({ name, desired: draft as DesiredState });
  };
  edgeMutants(desired, mutate);
  desired.repositories.forEach((repository, r) => {
    repository.rulesets.forEach((ruleset, s) => {
      rulesetMutants(ruleset, repository.defaultBranch, `${repository.name} ${ruleset.name}`, (name, change) =>
        mutate(name, (draft) => change((draft.repositories[r]?.rulesets ?? [])[s] as Draft<DesiredRuleset>)),
      );
      mutate(`${repository.name} ${ruleset.name}: removed`, (draft) => draft.repositories[r]?.rulesets.splice(s, 1));
    });
    repository.environments.forEach((environment, e) => {
      const name = `GitHub environment ${environment.name}`;
      const admission = (draft: Draft<DesiredState>) => draft.repositories[r]?.environments[e]?.admits ?? [];
      environment.admits.forEach((admitted, a) => {
        mutate(`${name}: no longer admits ${admitted.name}`, (draft) => admission(draft).splice(a, 1));
      });
      for (const [type, added] of [
        ['branch', '**/*'],
        ['branch', 'develop'],
        ['tag', '**/*'],
      ] as const) {
        if (environment.admits.some((admitted) => admitted.type === type && admitted.name === added)) continue;
        mutate(`${name}: admits ${type} ${added}`, (draft) => admission(draft).push({ type, name: added }));
      }
      if (environment.can_admins_bypass === false) {
        mutate(`${name}: administrators pass`, (draft) => {
          (draft.repositories[r]?.environments[e] as { can_admins_bypass?: boolean }).can_admins_bypass = true;
        });
      }
    });
    repository.files.forEach((file, f) => {
      if (!file.path.endsWith('CODEOWNERS')) return;
      file.content.split('\n').forEach((line, l) => {
        if (line === '' || line.startsWith('#')) return;
        mutate(`CODEOWNERS without "${line}"`, (draft) => {
          const found = draft.repositories[r]?.files[f];
          if (found)
            found.content = file.content
              .split('\n')
              .filter((_, other) => other !== l)
              .join('\n');
        });
      });
      mutate('CODEOWNERS removed', (draft) => draft.repositories[r]?.files.splice(f, 1));
    });
    const required = repository.rulesets.flatMap(({ rules }) =>
      rules.flatMap((rule) => (rule.type === 'required_status_checks' ? rule.parameters.required_status_checks : [])),
    );
    repository.workflows.forEach((workflow, w) => {
      if (workflow.on.pull_request === undefined) return;
      for (const [id, job] of Object.entries(workflow.jobs)) {
        if (!required.some(({ context }) => context === job.name)) continue;
        mutate(`${workflow.path}: job ${id} renamed`, (draft) => {
          (draft.repositories[r]?.workflows[w]?.jobs as Record<string, { name: string }>)[id] = { ...job, name: `${job.name} (renamed)` };
        });
      }
    });
  });
  environmentMutants(desired, mutate);
  for (const app of ['delivery', 'intake', 'actions'] as const) {
    mutate(`app ${app}: another id`, (draft) => {
      draft.delivery.apps[app].id = 999_999;
    });
  }
  desired.delivery.headRules.forEach((rule, index) => {
    mutate(`head rule of ${rule.branch}: removed`, (draft) => draft.delivery.headRules.splice(index, 1));
    mutate(`head rule of ${rule.branch}: admits every branch`, (draft) => {
      (draft.delivery.headRules[index] as { onlyFrom: string[] }).onlyFrom = ['**/*'];
    });
  });
  return result;
}

type Mutate = (name: string, change: (draft: Draft<DesiredState>) => void) => void;

function edgeMutants(desired: DesiredState, mutate: Mutate): void {
  desired.delivery.edges.forEach((edge, e) => {
    const of = (draft: Draft<DesiredState>) => draft.delivery.edges[e] as Draft<DesiredState['delivery']['edges'][number]>;
    mutate(`${edge.policy}: removed`, (draft) => draft.delivery.edges.splice(e, 1));
    if (edge.on !== undefined) mutate(`${edge.policy}: no longer on ${edge.on.pattern}`, (draft) => delete of(draft).on);
    edge.gates.forEach((gate, g) => {
      // A gate at the sync is held by Argo CD: the sync settings of the Application are mutants of their own.
      if (gate.kind === 'manual' && gate.at === 'sync') return;
      mutate(`${edge.policy}: gate ${gate.id} removed`, (draft) => of(draft).gates.splice(g, 1));
      if (gate.kind === 'soak') {
        mutate(`${edge.policy}: gate ${gate.id} shorter`, (draft) => {
          of(draft).gates[g] = { ...gate, seconds: gate.seconds / 2 };
        });
      }
      if (gate.kind !== 'approvals') return;
      gate.including.forEach((_, i) => {
        mutate(`${edge.policy}: gate ${gate.id} without its group ${i + 1}`, (draft) => {
          of(draft).gates[g] = structuredClone({ ...gate, including: gate.including.filter((_group, other) => other !== i) }) as Draft<
            typeof gate
          >;
        });
      });
      if (gate.total > gate.including.reduce((sum, { count }) => sum + count, 0)) {
        mutate(`${edge.policy}: gate ${gate.id} with one approval less`, (draft) => {
          of(draft).gates[g] = structuredClone({ ...gate, total: gate.total - 1 }) as Draft<typeof gate>;
        });
      }
    });
    edge.lanes.forEach((lane, l) => {
      if (lane.kind !== 'manual-rollback' || lane.approvals === 0) return;
      mutate(`${edge.policy}: rollback without approvals`, (draft) => {
        of(draft).lanes[l] = { kind: 'manual-rollback', approvals: 0, including: [] };
      });
    });
  });
}

function rulesetMutants(
  ruleset: DesiredRuleset,
  defaultBranch: string,
  name: string,
  mutate: (name: string, change: (draft: Draft<DesiredRuleset>) => void) => void,
): void {
  mutate(`${name}: disabled`, (draft) => {
    draft.enforcement = 'disabled';
  });
  ruleset.conditions.ref_name.include.forEach((pattern, i) => {
    mutate(`${name}: no longer on ${pattern}`, (draft) => draft.conditions.ref_name.include.splice(i, 1));
  });
  ruleset.bypass_actors.forEach((actor, a) => {
    mutate(`${name}: ${actor.actor_type} ${actor.actor_id ?? ''} no longer exempt`, (draft) => draft.bypass_actors.splice(a, 1));
  });
  for (const [actor_type, actor_id] of [
    ['RepositoryRole', 4],
    ['RepositoryRole', 5],
    ['Integration', 424_242],
    ['Team', 77],
  ] as const) {
    mutate(`${name}: ${actor_type} ${actor_id} exempt`, (draft) =>
      draft.bypass_actors.push({ actor_type, actor_id, bypass_mode: 'always' }),
    );
  }
  const { include } = ruleset.conditions.ref_name;
  ruleset.rules.forEach((rule, r) => {
    // GitHub deletes no default branch, whatever the rules.
    if (rule.type === 'deletion' && include.every((pattern) => pattern === `refs/heads/${defaultBranch}`)) return;
    const label = `${name}: ${rule.type}`;
    mutate(`${label} removed`, (draft) => draft.rules.splice(r, 1));
    const change = (text: string, weaker: DesiredRule) =>
      mutate(`${label} ${text}`, (draft) => {
        draft.rules[r] = structuredClone(weaker) as Draft<DesiredRule>;
      });
    if (rule.type === 'pull_request') {
      const { parameters } = rule;
      const weaken = (text: string, weaker: Partial<typeof parameters>) =>
        change(text, { ...rule, parameters: { ...parameters, ...weaker } });
      const count = parameters.required_approving_review_count;
      if (count > 0) weaken('with one approval less', { required_approving_review_count: count - 1 });
      // Without an approval to ask for there is none to go stale, and no last push to approve.
      const reviews = ['dismiss_stale_reviews_on_push', 'require_last_push_approval'];
      for (const key of [
        'dismiss_stale_reviews_on_push',
        'require_code_owner_review',
        'require_last_push_approval',
        'required_review_thread_resolution',
      ] as const) {
        if (parameters[key] && (count > 0 || !reviews.includes(key))) weaken(`without ${key}`, { [key]: false });
      }
      for (const method of ['merge', 'squash', 'rebase'] as const) {
        if (!parameters.allowed_merge_methods.includes(method)) {
          weaken(`with method ${method}`, { allowed_merge_methods: [...parameters.allowed_merge_methods, method] });
        }
      }
    }
    if (rule.type === 'required_status_checks') {
      const { parameters } = rule;
      const checks = parameters.required_status_checks;
      if (parameters.strict_required_status_checks_policy) {
        change('not up to date', { ...rule, parameters: { ...parameters, strict_required_status_checks_policy: false } });
      }
      checks.forEach((check, c) => {
        change(`without ${check.context}`, {
          ...rule,
          parameters: { ...parameters, required_status_checks: checks.filter((_, other) => other !== c) },
        });
        if (check.integration_id === undefined) return;
        const unbound = checks.map((other, index) => (index === c ? { context: other.context } : other));
        change(`${check.context} from anybody`, { ...rule, parameters: { ...parameters, required_status_checks: unbound } });
      });
    }
  });
}

function environmentMutants(desired: DesiredState, mutate: Mutate): void {
  desired.environments.forEach((environment, e) => {
    environment.bootstrap.forEach((object, o) => {
      if (object.kind !== 'Application') return;
      interface Spec {
        source: { targetRevision: string };
        syncPolicy: { automated?: { prune?: boolean; selfHeal?: boolean } };
      }
      const change = (text: string, edit: (spec: Spec) => void) =>
        mutate(`Application of ${environment.name}: ${text}`, (draft) =>
          edit((draft.environments.map(({ bootstrap }) => bootstrap[o])[e] as unknown as { spec: Spec }).spec),
        );
      const { syncPolicy, source } = (object as unknown as { spec: Spec }).spec;
      const followed = source.targetRevision;
      if (syncPolicy.automated === undefined) {
        change('automated', (spec) => {
          spec.syncPolicy.automated = { prune: true, selfHeal: true };
        });
        change('automated, and nothing else', (spec) => {
          spec.syncPolicy.automated = {};
        });
      } else {
        change('no longer automated', (spec) => delete spec.syncPolicy.automated);
        change('no self-heal', (spec) => delete spec.syncPolicy.automated?.selfHeal);
        change('no prune', (spec) => delete spec.syncPolicy.automated?.prune);
      }
      const branches = [desired.delivery.programBranch, 'nowhere', ...desired.delivery.environments.map(({ branch }) => branch)];
      for (const revision of ['HEAD', ...branches, ...branches.map((branch) => `refs/heads/${branch}`)]) {
        if (revision === followed) continue;
        change(`follows ${revision}`, (spec) => {
          spec.source.targetRevision = revision;
        });
      }
      mutate(`Application of ${environment.name}: removed`, (draft) => draft.environments[e]?.bootstrap.splice(o, 1));
    });
  });
  desired.delivery.environments.forEach((environment, e) => {
    if (environment.source === undefined) return;
    mutate(`${environment.name}: no source`, (draft) => delete (draft.delivery.environments[e] as { source?: unknown }).source);
  });
  desired.delivery.suites.forEach((suite, s) => {
    mutate(`suite ${suite.name}: removed`, (draft) => draft.delivery.suites.splice(s, 1));
  });
}
