import { chosenStack } from 'stagegate/pulumi';
import dev from './dev';
import github from './github';
import preprod from './preprod';
import prod from './prod';

/** `pulumi up --stack dev|preprod|prod|github`: one for each environment of OpenLuffy, one for its repositories. */
export = () => chosenStack({ dev, github, preprod, prod });
