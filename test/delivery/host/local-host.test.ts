import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalHost, openLocalHost, writeLocalRulesets } from '../../../lib/delivery/local';
import { cast, hostContract } from './contract';

hostContract('the local host', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'stagegate-host-'));
  await createLocalHost(folder, { people: cast });
  return {
    as: (login) => openLocalHost(folder, { as: login }),
    protect: (rulesets) => writeLocalRulesets(folder, rulesets),
    close: () => rm(folder, { recursive: true, force: true }),
  };
});
