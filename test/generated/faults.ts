import type { Fault } from './fault';
import { ENFORCEMENT_FAULTS } from './faults-of-enforcement';
import { OBJECTS_FAULTS } from './faults-of-objects';
import { PROMOTION_FAULTS } from './faults-of-promotion';
import { PROTECTION_FAULTS } from './faults-of-protection';

/** All mistakes that are planted. */
export const FAULTS: readonly Fault[] = [...ENFORCEMENT_FAULTS, ...OBJECTS_FAULTS, ...PROMOTION_FAULTS, ...PROTECTION_FAULTS];
