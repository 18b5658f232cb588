import { withoutSecretsInText } from '../../values/secret-material';
import type { Meaning } from '../difference';
import { isWithin } from '../field-paths';
import { roleRules, roleSubjects } from './access';
import { admission } from './admission';
import { application } from './application';
import { autoscaling } from './autoscaling';
import { certificate } from './certificate';
import type { ChangedObject, Explained, MeaningRule } from './changed-object';
import { containers, restart } from './containers';
import { dataLoss } from './data-loss';
import { disruptionBudget } from './disruption-budget';
import { exposure, serviceType } from './exposure';
import { finalizers } from './finalizers';
import { images } from './images';
import { underNamesOf } from './names';
import { network } from './network';
import { ownership } from './ownership';
import { podSecurity, privilege, tokens } from './privilege';
import { probes } from './probes';
import { project } from './project';
import { quota } from './quota';
import { replacement } from './replacement';
import { replicas } from './replicas';
import { resources } from './resources';
import { rollout } from './rollout';
import { schedule } from './schedule';
import { secretReferences } from './secret-references';

/** A rule, and the paths of the fields that it speaks of when it finds something. */
type Explaining = readonly [rule: MeaningRule, of?: RegExp];

/** About what is really there: names, hosts, and how objects refer to each other. */
const OF_OBJECTS: readonly Explaining[] = [
  [dataLoss, /^spec\.persistentVolume(?:ClaimRetention|Reclaim)Policy/],
  [replacement],
  [replicas, /^spec\.replicas$/],
  [disruptionBudget, /^spec\.(?:min|max)(?:Available|Unavailable)$/],
  [autoscaling, /^spec\.(?:min|max)Replicas$/],
  [rollout, /^spec\.strategy(?:\.|$)/],
  [quota, /^spec\.hard(?:[.[]|$)/],
  [exposure, /^spec\.(?:rules|hostnames)(?:[.[]|$)|^spec\.tls(?:\[[^\]]*\])?(?:\.hosts\b.*)?$/],
  [serviceType, /^spec\.type$/],
  [certificate, /^spec\.(?:dnsNames|issuerRef)(?:[.[]|$)/],
  [ownership],
];

/** About what an object says. What says the same under a new name says the same. */
const OF_CONTENTS: readonly Explaining[] = [
  [images, /\.containers\[[^\]]*\]\.image$/],
  [containers, /\.containers\[[^\]]*\](?:\.name)?$/],
  [probes, /\.(?:readiness|liveness|startup)Probe$/],
  [resources, /\.containers\[[^\]]*\]\.resources(?:\.(?:limits|requests)(?:\.(?:cpu|memory))?)?$/],
  [network, /^spec\.(?:ingress|egress|policyTypes)(?:[.[]|$)/],
  [
    privilege,
    /\.securityContext(?:\.(?:privileged|allowPrivilegeEscalation|runAsNonRoot|runAsUser|readOnlyRootFilesystem|(?:capabilities|seccompProfile)\b.*))?$|\.host(?:Network|PID|IPC)$|\.automountServiceAccountToken$|\.volumes(?:\[[^\]]*\](?:\.hostPath\b.*)?)?$/,
  ],
  [podSecurity, /^metadata\.labels(?:\["pod-security\.kubernetes\.io\/enforce"\])?$/],
  [tokens, /^automountServiceAccountToken$/],
  [roleRules, /^(?:rules|aggregationRule)(?:[.[]|$)/],
  [roleSubjects, /^(?:subjects|roleRef)(?:[.[]|$)/],
  [admission, /^spec\.(?:validations|failurePolicy|validationActions)(?:[.[]|$)/],
  [application, /^spec\.(?:syncPolicy(?:\.automated\b.*)?|source\.(?:repoURL|targetRevision|path)|project|destination\b.*)$/],
  [project, /^spec\.(?:sourceRepos|destinations|sourceNamespaces|clusterResourceWhitelist|namespaceResourceWhitelist|roles)(?:[.[]|$)/],
  [finalizers, /^metadata\.finalizers/],
  [schedule, /^spec\.(?:schedule|suspend)$/],
  [secretReferences, /^spec\.(?:secretStoreRef(?:\.name)?$|data(?:[.[]|$))/],
  [restart],
];

/**
 * What a change means, each thing once, what somebody ought to look at first; and the fields of which that says nothing. What no rule knows
 * has no meaning.
 */
export function explained(changed: ChangedObject): Explained {
  const { before, after, renamed, change } = changed;
  const underNewNames = { ...changed, ...(before === undefined ? {} : { before: underNamesOf(after, before, renamed) }) };
  const found: Meaning[] = [];
  const spokenOf: RegExp[] = [];
  for (const [rules, given] of [[OF_OBJECTS, changed] as const, [OF_CONTENTS, underNewNames] as const]) {
    for (const [rule, of] of rules) {
      const meanings = rule(given);
      found.push(...meanings);
      if (meanings.length > 0 && of !== undefined) spokenOf.push(of);
    }
  }
  const isTold = ({ path, follows }: (typeof change.fields)[number]): boolean =>
    follows !== undefined || change.immutable?.some((field) => isWithin(path, field)) === true || spokenOf.some((of) => of.test(path));
  const unexplained = found.length === 0 ? [] : change.fields.filter((field) => !isTold(field)).map(({ path }) => path);
  return { meanings: inOrder(found), ...(unexplained.length === 0 ? {} : { unexplained }) };
}

/** Each thing once, risks first. */
function inOrder(found: readonly Meaning[]): readonly Meaning[] {
  const texts = new Set<string>();
  const shown = found.map(({ weight, text }): Meaning => ({ weight, text: withoutSecretsInText(text) }));
  const once = shown.filter(({ text }) => !texts.has(text) && texts.add(text));
  return [...once.filter(({ weight }) => weight === 'risk'), ...once.filter(({ weight }) => weight === 'note')];
}
