// The schema, as the numbered steps that lead to it. A step that has been released is never edited: its
// checksum is in every database that took it. A change of the schema is a new step at the end.

export interface Migration {
  /** From 1, without a gap. */
  readonly version: number;
  readonly name: string;
  readonly sql: string;
}

export const MIGRATIONS: readonly Migration[] = [
  {
    version: 1,
    name: 'runs, events, audit log and term',
    sql: `
      -- "number" is the order in which runs were added; wall clocks can jump.
      CREATE TABLE runs (
        number       INTEGER PRIMARY KEY,
        id           TEXT NOT NULL UNIQUE,
        experiment   TEXT NOT NULL,
        owner        TEXT NOT NULL,
        seed         TEXT NOT NULL,
        plan_digest  TEXT NOT NULL,
        phase        TEXT NOT NULL,
        verdict      TEXT,
        reason       TEXT,
        requested_by TEXT NOT NULL,
        replay_of    TEXT,
        prepared_at  INTEGER NOT NULL,
        ended_at     INTEGER,
        document     TEXT NOT NULL,
        plan         TEXT NOT NULL
      ) STRICT;
      CREATE INDEX runs_open ON runs (number) WHERE phase <> 'ended';

      -- Clustered by run: a timeline is read in one pass, and an append touches one tree.
      CREATE TABLE run_events (
        run  TEXT NOT NULL REFERENCES runs (id),
        seq  INTEGER NOT NULL,
        at   INTEGER NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (run, seq)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE audit (
        seq    INTEGER PRIMARY KEY,
        at     INTEGER NOT NULL,
        actor  TEXT NOT NULL,
        action TEXT NOT NULL,
        run    TEXT NOT NULL,
        detail TEXT NOT NULL,
        prev   TEXT NOT NULL,
        hash   TEXT NOT NULL
      ) STRICT;

      -- The newest audit row, noted apart from the rows so that a lost tail shows.
      CREATE TABLE audit_head (
        id   INTEGER PRIMARY KEY CHECK (id = 1),
        seq  INTEGER NOT NULL,
        hash TEXT NOT NULL
      ) STRICT;
      INSERT INTO audit_head VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000');

      CREATE TABLE meta (
        id   INTEGER PRIMARY KEY CHECK (id = 1),
        term INTEGER NOT NULL
      ) STRICT;
      INSERT INTO meta VALUES (1, 0);
    `,
  },
  {
    version: 2,
    name: 'the lever that blocks starts',
    sql: `
      -- At most one row: there is a row while the lever is engaged.
      CREATE TABLE lever (
        id         INTEGER PRIMARY KEY CHECK (id = 1),
        engaged_at INTEGER NOT NULL,
        engaged_by TEXT NOT NULL,
        reason     TEXT NOT NULL,
        ref        TEXT
      ) STRICT;
    `,
  },
  {
    version: 3,
    name: 'limits of a run, reservations, nodes and schedules',
    sql: `
      -- Null for the runs of before.
      ALTER TABLE runs ADD COLUMN expires_at INTEGER;
      ALTER TABLE runs ADD COLUMN policy_digest TEXT;

      CREATE TABLE reservations (
        order_id    TEXT PRIMARY KEY,
        node        TEXT NOT NULL,
        fault       TEXT NOT NULL,
        service     TEXT,
        state       TEXT NOT NULL,
        reserved_at INTEGER NOT NULL,
        until       INTEGER,
        released_at INTEGER
      ) STRICT, WITHOUT ROWID;
      -- Those not released are null here, and stand before all others.
      CREATE INDEX reservations_released ON reservations (released_at);

      -- "labels" is canonical JSON.
      CREATE TABLE nodes (
        id           TEXT PRIMARY KEY,
        environment  TEXT NOT NULL,
        labels       TEXT NOT NULL,
        last_seen_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE schedules (
        name       TEXT PRIMARY KEY,
        cron       TEXT NOT NULL,
        timezone   TEXT NOT NULL,
        document   TEXT NOT NULL,
        seed       TEXT NOT NULL,
        added_by   TEXT NOT NULL,
        added_at   INTEGER NOT NULL,
        settled_at INTEGER NOT NULL
      ) STRICT;
    `,
  },
];
