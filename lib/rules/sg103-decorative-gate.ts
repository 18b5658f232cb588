import type { DesiredState } from '../desired/desired-state';
import type { PlatformModel } from '../model/platform-model';
import { deliveryRefs, deliveryRefText, missingRules } from './delivery-refs';
import { environmentPath, presentEnvironments, tryEnvironment } from './environments';
import { type Rule, type RuleFinding, refSubject } from './rule';
import { syncFindings } from './sync-settings';

/** A gate that is declared and that nothing enforces. */
export const decorativeGate: Rule = {
  code: 'SG103',
  name: 'decorative-gate',
  severity: 'error',
  explain: {
    title: 'a gate that nothing enforces',
    refuses:
      "A branch of an environment that others than the delivery app may write, or that takes a merge without `stagegate/gates` from the delivery app; an Application that follows anything but the branch of its environment, or that syncs by itself where a person is declared to (and the reverse); self-heal without automated sync (self-heal-needs-automated-sync); an AppProject that reaches beyond its environment; Gate.manual({ at: 'sync' }) on an environment that syncs by itself; gates that are not compiled.",
    why: 'Gates are evaluated by the delivery app and enforced by rulesets and sync settings. Where these do not agree with the declaration, the gate is shown in every report and stops nobody.',
    example:
      "const prod = new Environment(platform, 'prod', { …, sync: Sync.manual() });\nprod.override(Kind.application, { spec: { syncPolicy: { automated: {} } } });",
    remedy: 'Restore the protection or the sync mode that the finding names; usually by dropping an override.',
  },
  check: ({ model, desired }) => [
    ...manualSyncGates(model),
    ...lostGates(model, desired),
    ...openRefs(model, desired),
    ...presentEnvironments(model).flatMap((environment) => syncFindings(model, desired, environment)),
  ],
  explored: (violation, { model }) => {
    const { kind, environment, gate, policy, ref } = violation;
    const ofGates = kind === 'gate' || kind === 'sync' || kind === 'bypass' || (kind === 'forged' && environment !== undefined);
    if (!ofGates) return undefined;
    const declared = model.policies.find(({ name }) => name === policy);
    return {
      path: declared?.path ?? (environment === undefined ? model.name : environmentPath(model, environment)),
      message: violation.message,
      given:
        gate === undefined
          ? `a way around ${ref ?? `the gates of ${environment ?? 'the platform'}`}`
          : `a way around gate ${gate} of ${policy}`,
      expected: 'no sequence of events within the bounds that does this',
      remedy: 'close the way that the sequence shows',
    };
  },
};

function manualSyncGates(model: PlatformModel): RuleFinding[] {
  return model.policies.flatMap((policy) => {
    const environment = tryEnvironment(model, policy.to);
    const gate = policy.gates.find((candidate) => candidate.kind === 'manual' && candidate.at === 'sync');
    if (gate === undefined || environment === undefined || environment.sync.kind === 'manual') return [];
    return [
      {
        path: policy.path,
        message: `a person is to sync ${policy.to}, which syncs by itself`,
        given: `Gate.manual({ at: 'sync' }) and sync: Sync.${environment.sync.kind}() in ${policy.to}`,
        expected: `sync: Sync.manual() in ${policy.to}`,
        remedy: `declare sync: Sync.manual() for ${policy.to}, or use Gate.manual(), which asks before the merge`,
        about: { environments: [policy.to] },
      },
    ];
  });
}

/** Gates of the declaration that delivery would not evaluate. */
function lostGates(model: PlatformModel, desired: DesiredState): RuleFinding[] {
  return model.policies.flatMap((policy) => {
    const edge = desired.delivery.edges.find(
      (candidate) => candidate.from === policy.from && candidate.to === policy.to && candidate.policy === policy.name,
    );
    const finding = (message: string, given: string, expected: string): RuleFinding => ({
      path: policy.path,
      message,
      given,
      expected,
      remedy: 'compile the platform again; the compiled data was changed by hand',
      about: { environments: [policy.to] },
    });
    if (edge === undefined)
      return [finding(`the policy ${policy.name} is not compiled`, 'no such edge', `an edge ${policy.from} → ${policy.to}`)];
    const lost = policy.gates.filter((gate) => JSON.stringify(gate) !== JSON.stringify(edge.gates.find(({ id }) => id === gate.id)));
    const gates = lost.map((gate) => {
      const compiled = edge.gates.find(({ id }) => id === gate.id);
      return finding(
        `gate ${gate.id} is ${compiled === undefined ? 'not compiled' : 'compiled as another one'}`,
        compiled === undefined ? 'nothing' : JSON.stringify(compiled),
        JSON.stringify(gate),
      );
    });
    const on =
      JSON.stringify(policy.on) === JSON.stringify(edge.on)
        ? []
        : [
            finding(
              'the ref that has to hold the release is compiled as another one',
              JSON.stringify(edge.on) ?? 'nothing',
              JSON.stringify(policy.on) ?? 'nothing',
            ),
          ];
    return [...gates, ...on];
  });
}

function openRefs(model: PlatformModel, desired: DesiredState): RuleFinding[] {
  return deliveryRefs(desired).flatMap((deliveryRef) =>
    missingRules(desired, deliveryRef).map(({ lacks, given, expected }) => ({
      path: deliveryRef.environment === undefined ? model.name : environmentPath(model, deliveryRef.environment),
      message: `nothing ${lacks}: ${deliveryRefText(deliveryRef)}`,
      given,
      expected: `${expected} on ${deliveryRefText(deliveryRef)}`,
      remedy: 'apply the rulesets as they are rendered',
      about: {
        ...(deliveryRef.environment === undefined ? {} : { environments: [deliveryRef.environment] }),
        refs: [refSubject(desired.delivery.repository, deliveryRef.ref)],
      },
    })),
  );
}
