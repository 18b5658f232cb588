import { Construct } from 'constructs';
import { isNoun, markNoun, openScope } from './noun';
import type { Platform } from './platform';
import { refuse, shown } from './values/diagnostic';
import type { BranchSource, TagSource } from './values/source';

export interface RepositoryProps {
  /** `owner/name` on the host. */
  readonly name: string;
  /** Whether releases, environments' branches and this program live here. @default true for the only repository of a platform */
  readonly delivery?: boolean;
  /** Who can see it. @default 'private' */
  readonly visibility?: 'public' | 'private' | 'internal';
  /** Plan of its owner on GitHub, which decides what can be enforced. @default 'team' */
  readonly plan?: 'free' | 'pro' | 'team' | 'enterprise';
  /** Branch that GitHub treats as default; for the delivery repository, the program branch. @default 'main' */
  readonly defaultBranch?: string;
  /** Address that Argo CD fetches from. @default 'https://github.com/<name>.git' */
  readonly url?: string;
}

/** A repository of code or of delivery. */
export class Repository extends Construct {
  static isRepository(value: unknown): value is Repository {
    return isNoun(value, 'repository');
  }

  readonly repositoryName: string;
  readonly props: RepositoryProps;

  constructor(scope: Platform, id: string, props: RepositoryProps) {
    super(openScope(scope, id), id);
    markNoun(this, 'repository');
    if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})\/[A-Za-z0-9._-]{1,100}$/.test(props.name)) {
      refuse({
        code: 'SG012',
        name: 'invalid-repository',
        path: this.node.path,
        message: 'a repository is named by its owner and its name',
        given: shown(props.name),
        expected: "'owner/name'",
        remedy: 'write the name as the host shows it',
      });
    }
    this.repositoryName = props.name;
    this.props = props;
  }

  /**
   * A branch of this repository.
   *
   * @throws InvalidValueError SG013 when git would not take the name.
   */
  branch(name: string): BranchSource {
    return { kind: 'branch', repository: this, branch: this.ref(name, false) };
  }

  /**
   * The tags of this repository that match a pattern, as GitHub rulesets read patterns.
   *
   * @throws InvalidValueError SG013 when git would take no such tag.
   */
  tags(pattern: string): TagSource {
    return { kind: 'tags', repository: this, pattern: this.ref(pattern, true) };
  }

  private ref(name: string, pattern: boolean): string {
    const plain = pattern ? name.replace(/[*?]|\[[^\]]*\]/g, 'x') : name;
    const wrong =
      typeof name !== 'string' ||
      plain === '' ||
      // git-check-ref-format(1)
      /[\x00-\x20~^:?*[\\\x7f]|\.\.|@\{|\/\/|^\/|\/$|\.$|(^|\/)\.|\.lock(\/|$)/.test(plain) ||
      plain.startsWith('-') ||
      name.startsWith('refs/');
    if (wrong) {
      refuse({
        code: 'SG013',
        name: 'invalid-ref',
        path: this.node.path,
        message: pattern ? 'no tag can match the pattern' : 'git takes no branch of this name',
        given: shown(name),
        expected: pattern
          ? "a pattern of short tag names, for instance 'v*.*.*'"
          : "a short branch name, for instance 'main', without refs/heads/",
        remedy: 'correct the name',
      });
    }
    return name;
  }
}
