import { type Delivery, environmentNamed, repositoryPage, takesReleases, timeText } from './delivery';
import { readFacts } from './facts';
import type { GateResult } from './gates';
import { evaluateCandidates } from './promote';
import { allHold } from './promotion';
import { type EnvironmentStatus, environmentStatus, waitingGates } from './status';

/** Where one release stands on its way into an environment. */
export interface WhyCandidate {
  readonly release: string;
  readonly policy: string | null;
  readonly state: 'held-back' | 'waiting' | 'ready' | 'superseded';
  readonly gates: readonly GateResult[];
  /** Address of the promotion, when it is open. */
  readonly promotion: string | null;
  readonly reason: string;
}

/** Why an environment runs what it runs, and what keeps out what could come next. */
export interface WhyReport {
  readonly version: 1;
  readonly at: string;
  readonly environment: EnvironmentStatus;
  readonly candidates: readonly WhyCandidate[];
  /** What ran there, newest first. */
  readonly history: readonly {
    readonly release: string;
    readonly at: string;
    readonly lane: string;
    readonly by: string | null;
    readonly reason: string | null;
    readonly commit: string;
  }[];
}

const HISTORY_SHOWN = 10;

/** Explains one environment: every release that could come next with every gate, and what ran there before. */
export async function why(delivery: Delivery, environment: string): Promise<WhyReport> {
  const own = await environmentStatus(delivery, environmentNamed(delivery.desired, environment).name);
  const facts = await readFacts(delivery, environment);
  const evaluated = takesReleases(facts.environment) && facts.into.length > 0 ? await evaluateCandidates(delivery, facts) : [];
  return {
    version: 1,
    at: timeText(facts.now),
    environment: own,
    candidates: evaluated.map((one): WhyCandidate => {
      const { candidate, gates, open, proposable, superseded } = one;
      const state = superseded ? 'superseded' : allHold(gates) && proposable ? 'ready' : open ? 'waiting' : 'held-back';
      return {
        release: candidate.release.id,
        policy: candidate.edge?.policy ?? null,
        state,
        gates,
        promotion: open ? repositoryPage(delivery.desired, `pull/${open.number}`) : null,
        reason:
          superseded ??
          (waitingGates(one)
            .map((gate) => `${gate.gate}: ${gate.reason}`)
            .join('; ') ||
            'goes with the next run'),
      };
    }),
    history: facts.into
      .flatMap((one) =>
        one.release
          ? [
              {
                release: one.release.id,
                at: timeText(one.commit.at),
                lane: one.lane,
                by: one.by ?? null,
                reason: one.reason ?? null,
                commit: one.commit.id,
              },
            ]
          : [],
      )
      .slice(0, HISTORY_SHOWN),
  };
}
