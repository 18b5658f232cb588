import dev from './dev';
import github from './github';
import preprod from './preprod';
import prod from './prod';

/** The stacks of OpenLuffy by name: one for each environment, one for the repositories. */
export const stacks = { dev, github, preprod, prod };
