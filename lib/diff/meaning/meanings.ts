import { withoutSecretsInText } from '../../values/secret-material';
import type { Meaning } from '../difference';
import { roleRules, roleSubjects } from './access';
import { admission } from './admission';
import { application } from './application';
import { autoscaling } from './autoscaling';
import type { ChangedObject, MeaningRule } from './changed-object';
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

/** About what is really there: names, hosts, and how objects refer to each other. */
const OF_OBJECTS: readonly MeaningRule[] = [
  dataLoss,
  replacement,
  replicas,
  disruptionBudget,
  autoscaling,
  rollout,
  quota,
  exposure,
  serviceType,
  ownership,
];

/** About what an object says. What says the same under a new name says the same. */
const OF_CONTENTS: readonly MeaningRule[] = [
  images,
  containers,
  probes,
  resources,
  network,
  privilege,
  podSecurity,
  tokens,
  roleRules,
  roleSubjects,
  admission,
  application,
  project,
  finalizers,
  schedule,
  secretReferences,
  restart,
];

/** What a change means, each thing once, what somebody ought to look at first. What no rule knows has no meaning. */
export function meaningsOf(changed: ChangedObject): readonly Meaning[] {
  const { before, after, renamed } = changed;
  const underNewNames = { ...changed, ...(before === undefined ? {} : { before: underNamesOf(after, before, renamed) }) };
  const found = [...OF_OBJECTS.flatMap((rule) => rule(changed)), ...OF_CONTENTS.flatMap((rule) => rule(underNewNames))];
  const texts = new Set<string>();
  const shown = found.map(({ weight, text }): Meaning => ({ weight, text: withoutSecretsInText(text) }));
  const once = shown.filter(({ text }) => !texts.has(text) && texts.add(text));
  return [...once.filter(({ weight }) => weight === 'risk'), ...once.filter(({ weight }) => weight === 'note')];
}
