// The one error catalogue: every code that can reach a person or cross the wire, what it means, what to do,
// and how each front door says it. `docs/errors.md` is made from it and a test keeps the two alike.

/** Exit codes of the command line (a public contract). */
export const EXIT = {
  done: 0,
  refuted: 1,
  usage: 2,
  aborted: 3,
  refused: 4,
  unreachable: 5,
  inconclusive: 6,
  internal: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Names of the gRPC status codes that the catalogue uses. */
export type GrpcStatusName =
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'FAILED_PRECONDITION'
  | 'UNAVAILABLE'
  | 'DATA_LOSS'
  | 'DEADLINE_EXCEEDED'
  | 'INTERNAL';

export interface ErrorEntry {
  readonly exit: ExitCode;
  readonly http: number;
  readonly grpc: GrpcStatusName;
  /** What happened, in general. The message of each error says it in particular. */
  readonly meaning: string;
  /** What the reader can do. */
  readonly remedy: string;
}

function usage(meaning: string, remedy: string): ErrorEntry {
  return { exit: EXIT.usage, http: 400, grpc: 'INVALID_ARGUMENT', meaning, remedy };
}

function missing(meaning: string, remedy: string): ErrorEntry {
  return { exit: EXIT.usage, http: 404, grpc: 'NOT_FOUND', meaning, remedy };
}

function refused(meaning: string, remedy: string): ErrorEntry {
  return { exit: EXIT.refused, http: 409, grpc: 'FAILED_PRECONDITION', meaning, remedy };
}

function unreachable(meaning: string, remedy: string): ErrorEntry {
  return { exit: EXIT.unreachable, http: 503, grpc: 'UNAVAILABLE', meaning, remedy };
}

function internal(meaning: string, remedy: string): ErrorEntry {
  return { exit: EXIT.internal, http: 500, grpc: 'INTERNAL', meaning, remedy };
}

export const ERRORS = {
  USAGE_ARGUMENT: usage('The command line is not understood.', 'Read `roulette COMMAND --help`.'),
  USAGE_FILE: usage(
    'A file named on the command line cannot be read or written.',
    'Check the path and its permissions.',
  ),
  DOCUMENT_SYNTAX: usage('The document is not well-formed YAML or JSON.', 'Mend the text at the position shown.'),
  DOCUMENT_INVALID: usage(
    'The document has an unknown key, a wrong type or an impossible value.',
    'Mend each place shown; `roulette faults KIND` lists parameters.',
  ),
  DOCUMENT_NOT_BUILT: usage(
    'The document uses a key whose behaviour this version does not have.',
    'Remove the key; it is refused so that it is never silently ignored.',
  ),
  CONFIG_INVALID: usage(
    'A configuration file has an unknown key, a wrong type or an impossible value.',
    'Mend each place shown and start again.',
  ),

  RUN_NOT_FOUND: missing('No run has that id.', 'List the runs with `roulette runs`.'),
  NODE_NOT_FOUND: missing('No node has that name.', 'List the fleet with `roulette nodes`.'),

  PLAN_NO_NODES: refused('A target of the document matches no node.', 'Compare the labels with `roulette nodes`.'),
  PLAN_TOO_FEW_NODES: refused('A step asks for more nodes than its target has.', 'Ask for fewer, or widen the target.'),
  PLAN_ENVIRONMENT: refused(
    'The environments of document, coordinator and chosen node are not the same.',
    'Play the document where it belongs; the environment is never overridden.',
  ),
  PLAN_FAULT_UNSUPPORTED: refused(
    'A node that could be chosen does not offer the fault.',
    'Update its agent, install what the fault needs, or narrow the target.',
  ),
  PLAN_PEER_UNKNOWN: refused(
    'A peer of a network fault comes to no address.',
    'Mend the host name, or see with `roulette nodes` what addresses the nodes of the target report.',
  ),
  PLAN_TOO_LARGE: refused(
    'The plan, or a list of addresses in it, is larger than what can be sent.',
    'Ask for fewer repetitions or nodes, or name networks (CIDRs) instead of many addresses.',
  ),
  PLAN_CHANGED: refused(
    'The plan is no longer the one that was shown: document, fleet or the addresses of a host name changed in between.',
    'Look at the plan again and start it again; a run that was prepared before has to be prepared anew.',
  ),
  GATE_FAILED: refused(
    'The steady state or a gate did not hold before the run.',
    'Bring the system back to its steady state first.',
  ),
  POLICY_UNUSABLE: refused(
    'The policy folder is missing, empty or not valid, so the coordinator refuses every start.',
    'Mend what `roulette policy check DIR` shows; then `roulette policy reload`.',
  ),
  POLICY_INVALID: usage(
    'A file of the policy folder has an unknown key, a wrong type or an impossible value, or a policy test does not come out as expected.',
    'Mend each place shown; docs/policy.md has every key.',
  ),
  POLICY_BLAST_RADIUS: refused(
    'More would be impaired than a rule of the policy allows.',
    'Ask for fewer nodes, or wait until others are back; `roulette policy show` tells what is taken.',
  ),
  POLICY_EXCLUDED: refused(
    'A rule of the policy keeps the node out of every experiment.',
    'Choose other nodes; the message names the rule.',
  ),
  POLICY_EXPRESSION: refused(
    'A condition of the policy is false, or could not be evaluated.',
    'Change the document as the message says, or ask the owners of the policy.',
  ),
  POLICY_WINDOW: refused(
    'The time is outside the windows of the document or the policy, or within a freeze.',
    'Come back when the window is open for as long as the run takes.',
  ),
  POLICY_APPROVAL: refused(
    'The run lacks approvals by people other than the one who asked for it.',
    'Let them call `roulette approve RUN`; then `roulette start RUN`.',
  ),
  POLICY_ROLE: refused(
    'The person does not have the role that this needs.',
    'Ask somebody who has it; the section `people` of the policy gives roles.',
  ),
  PREFLIGHT_VETO: refused(
    'An endpoint that is asked before every start has refused the run, or has not answered as it should.',
    'The message has its reason.',
  ),
  RUN_EXPIRED: refused('The run was prepared too long ago.', 'Prepare it again.'),
  RUN_STARTED: refused('The run has been started already.', 'Follow it with `roulette watch RUN`.'),
  SCHEDULE_NOT_FOUND: missing('No schedule has that name.', 'List them with `roulette schedule list`.'),
  NODE_CONNECTED: refused(
    'The node is connected, so it is not gone for good.',
    'Stop its agent first, if the node really is to be forgotten.',
  ),
  LEVER_ENGAGED: refused(
    'The whole fleet was halted, and starts are blocked until somebody releases it.',
    'Find out why; then `roulette release`.',
  ),
  LEVER_NOT_ENGAGED: refused('There is nothing to release: starts are not blocked.', 'Nothing.'),
  RUN_ENDED: refused('The run has already ended.', 'See `roulette show RUN`.'),

  ORDER_STALE_TERM: refused(
    'The order comes from an earlier term of the coordinator.',
    'A newer coordinator has been in charge of the node. If this one was restored from a backup on purpose, remove the file `term` from the state directory of the agent.',
  ),
  ORDER_LATE: refused(
    'The order came after its not-after: it was held up on the way, or the agent was.',
    'Nothing: no process was touched. Look for what stalls the network or the node if it comes again.',
  ),
  ORDER_UNKNOWN_FAULT: refused(
    'The agent does not know the fault kind, or knows it with other parameters.',
    'Bring agent and coordinator to the same version.',
  ),
  ORDER_REVERTED: refused(
    'The order was halted before the agent had done anything.',
    'Nothing: no process was touched.',
  ),
  ORDER_INVALID: refused('The agent could not read the order.', 'Bring agent and coordinator to the same version.'),
  FAULT_NO_MATCH: refused(
    'No process on the node matches the target.',
    'Compare with `roulette plan`, which previews the matches.',
  ),
  FAULT_TARGET_GONE: refused(
    'The chosen process ended, or its PID was reused, before the act.',
    'Nothing: no other process was touched.',
  ),
  FAULT_UNSUPPORTED: refused('The node lacks what the fault needs.', '`roulette faults KIND` says what it needs.'),
  FAULT_CONFLICT: refused(
    'The node already has an injection that locks the same thing.',
    'Let the steps follow one another, or choose other targets.',
  ),
  FAULT_NOT_POSSIBLE: refused(
    'The node, as it is just now, does not allow the fault as asked.',
    'The message says what is in the way: an interface, a route, processes that cannot be told apart.',
  ),
  FAULT_FAILED: refused(
    'A step of the fault failed; what it had done was reverted.',
    'Read the message and the log of the agent.',
  ),
  GUARD_UNUSABLE: refused(
    'The guard file of the node is missing, not valid, or could have been written by others, so the node refuses everything.',
    'Mend the file on the node as the message says; docs/guard.md has an example.',
  ),
  GUARD_ENVIRONMENT: refused(
    'The node is in production, or its guard names another environment than its agent.',
    'Choose other nodes; a production node never takes a fault.',
  ),
  GUARD_FAULT: refused('The guard of the node does not allow this fault.', 'Ask the owner of the node.'),
  GUARD_TARGET: refused('The guard of the node does not allow these processes.', 'Ask the owner of the node.'),
  GUARD_LIMIT: refused(
    'The guard of the node does not allow so many injections at once.',
    'Spread them over time or over more nodes.',
  ),
  GUARD_DURATION: refused('The guard of the node does not allow so long an injection.', 'Make it shorter.'),
  GUARD_HOURS: refused('The guard of the node does not allow faults at this hour.', 'Come back within its hours.'),
  NODE_AWAY: refused('The node is not connected.', 'Check the agent on that node.'),
  NODE_NAME_TAKEN: refused(
    'Another agent is connected under the same node name.',
    'Give each agent a name of its own.',
  ),
  KEEPER_ABSENT: refused(
    'The keeper does not answer, so nobody would take the fault back if the agent died.',
    'Read the log of the agent; it goes on starting a keeper.',
  ),
  AGENT_RUNNING: refused(
    'Another agent uses the same state folder.',
    'Give each agent of a machine its own `stateDir`, or stop the other one first.',
  ),
  JOURNAL_UNWRITABLE: refused(
    'The agent cannot write its undo journal, so it does not act.',
    'Free disk space or mend the state directory of the agent.',
  ),

  RPC_UNREACHABLE: unreachable(
    'The coordinator does not answer.',
    'Check `--coordinator` and that roulette-coordinator runs there.',
  ),
  RPC_INSECURE_ADDRESS: usage('A listener without TLS was asked to leave loopback.', 'Listen on 127.0.0.1 or [::1].'),
  AUDIT_BROKEN: {
    exit: EXIT.refused,
    http: 500,
    grpc: 'DATA_LOSS',
    meaning: 'The audit log is not as it was written.',
    remedy: 'Keep the database file as evidence and compare it with a backup.',
  },
  STORE_UNWRITABLE: unreachable(
    'The coordinator cannot write its store, so it orders nothing.',
    'Free disk space or mend the permissions of the database file.',
  ),
  STORE_NEWER: usage('The database was written by a newer version.', 'Start that version or a later one.'),
  STORE_LOCKED: usage(
    'Another coordinator has the database open.',
    'Stop it first, or give each coordinator a database file of its own.',
  ),
  STORE_UNREADABLE: {
    exit: EXIT.refused,
    http: 500,
    grpc: 'DATA_LOSS',
    meaning: 'The database file is damaged, or is not one that this program wrote.',
    remedy: 'Keep the file as evidence and restore a backup.',
  },
  INTERNAL: internal('A defect in Roulette.', 'Report it with the message and the log.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export function isErrorCode(text: string): text is ErrorCode {
  return Object.hasOwn(ERRORS, text);
}

/** An operational failure with a code from the catalogue. Expected outcomes are values, not errors. */
export class RouletteError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'RouletteError';
    this.code = code;
  }

  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For the branch that the types say cannot be reached. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value ${JSON.stringify(value)}`);
}
