// The policy in force. Read from its folder at the start and whenever somebody asks for it; a folder that cannot be used
// changes nothing: the last good policy stays, and where there has been none, every start is refused.

import type { Logger } from 'pino';
import { canonicalJson } from '../../shared/canonical.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Actor, Policy } from '../../shared/domain/policy.ts';
import { RouletteError } from '../../shared/errors.ts';
import { readPolicyFolder } from '../../shared/policy-folder.ts';
import { formatIssue } from '../../shared/schema/source.ts';
import { actorOf, describeLack, may, type Right } from '../core/rights.ts';
import type { Store } from '../store/port.ts';

interface PoliciesDeps {
  readonly folder: string;
  readonly store: Store;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with each policy that comes into force. */
  readonly changed: (policy: Policy) => void;
}

export class Policies {
  readonly #deps: PoliciesDeps;
  #policy: Policy | null = null;
  #trouble: string | null = 'it has not been read yet';

  constructor(deps: PoliciesDeps) {
    this.#deps = deps;
  }

  get folder(): string {
    return this.#deps.folder;
  }

  /** Why the folder could not be used when it was last read; null when it could. */
  get trouble(): string | null {
    return this.#trouble;
  }

  /** Null while there has been no good one. */
  get inForce(): Policy | null {
    return this.#policy;
  }

  /** Throws POLICY_UNUSABLE. */
  current(): Policy {
    if (this.#policy !== null) return this.#policy;
    throw new RouletteError('POLICY_UNUSABLE', `no policy is in force: ${this.#trouble ?? ''}`);
  }

  /** Throws POLICY_UNUSABLE, and POLICY_ROLE when the person may not. */
  require(name: string, right: Right): Actor {
    const actor = actorOf(this.current(), name);
    if (!may(actor, right)) throw new RouletteError('POLICY_ROLE', describeLack(actor, right));
    return actor;
  }

  /** At the start: a folder that cannot be used is an alarm and no error, because halts must still be possible. */
  async load(): Promise<void> {
    try {
      await this.#read('coordinator');
    } catch (error) {
      this.#deps.log.error({ folder: this.folder, err: error }, 'no policy is in force: every start is refused');
    }
  }

  /**
   * Whether another one came into force. Throws POLICY_INVALID and keeps what was in force, POLICY_ROLE for a person who
   * may not. While no policy is in force anybody may ask: it is the folder that decides.
   */
  async reload(requestedBy: string): Promise<{ readonly policy: Policy; readonly changed: boolean }> {
    if (this.#policy !== null) this.require(requestedBy, 'reload');
    return this.#read(requestedBy);
  }

  /** As `reload`, asked for by the service manager: whoever may signal the process is its owner. */
  async reloadBySignal(): Promise<void> {
    const { log } = this.#deps;
    try {
      const { policy, changed } = await this.#read('signal');
      log.info({ digest: policy.digest, changed }, 'policy read again');
    } catch (error) {
      log.error({ err: error }, 'the policy could not be read again; the one before stays in force');
    }
  }

  async #read(actor: string): Promise<{ readonly policy: Policy; readonly changed: boolean }> {
    const { folder, store, clock, changed } = this.#deps;
    const read = readPolicyFolder(folder, clock.now());
    if (!read.ok) {
      const issues = read.issues.map((issue) => formatIssue(issue));
      this.#trouble = issues.join('\n');
      await this.#record(actor, 'policy.refused', { folder, issues });
      throw new RouletteError('POLICY_INVALID', this.#trouble);
    }
    const { policy } = read;
    const isNew = policy.digest !== this.#policy?.digest;
    const before = this.#policy?.digest ?? null;
    const detail = canonicalJson({ folder, digest: policy.digest, before });
    // Recorded before it counts.
    await store.append({ audit: [{ at: clock.now(), actor, action: 'policy.loaded', run: '', detail }] });
    this.#policy = policy;
    this.#trouble = null;
    if (isNew) changed(policy);
    return { policy, changed: isNew };
  }

  async #record(actor: string, action: string, facts: object): Promise<void> {
    const { store, clock, log } = this.#deps;
    try {
      await store.append({ audit: [{ at: clock.now(), actor, action, run: '', detail: canonicalJson(facts) }] });
    } catch (error) {
      // Nothing has changed that would have to be on record; what is wrong with the folder is said either way.
      log.error({ action, err: error }, 'an audit entry cannot be written');
    }
  }
}
