export { createLocalHost, type LocalHostProps, writeLocalRulesets } from './host-folder';
export { type LocalHostOptions, openLocalHost } from './local-host';
export type { AppPermission, AppProps, People, PersonProps, Role, TeamProps } from './people';
