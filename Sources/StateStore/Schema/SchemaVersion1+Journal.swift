extension SchemaVersion1 {
  /// Tables of runs and events, which name their objects by identity and by number, without foreign keys: history
  /// outlives the rows.
  static let journal = """
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      deployment_id INTEGER NOT NULL,
      identity TEXT NOT NULL,
      cluster_id INTEGER NOT NULL,
      generation INTEGER NOT NULL,
      attempt INTEGER NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('starting', 'running', 'stopping', 'ended', 'lost')),
      ram_bytes INTEGER NOT NULL CHECK (ram_bytes >= 0),
      cpu_milli INTEGER NOT NULL CHECK (cpu_milli >= 0),
      gpu_milli INTEGER NOT NULL CHECK (gpu_milli >= 0),
      handle TEXT,
      is_launched INTEGER NOT NULL CHECK (is_launched IN (0, 1)),
      created_ns INTEGER NOT NULL,
      started_ns INTEGER,
      ended_ns INTEGER,
      outcome TEXT,
      outcome_number INTEGER,
      outcome_message TEXT,
      stop_cause TEXT,
      stop_cause_id INTEGER,
      stop_grace_ns INTEGER NOT NULL
    ) STRICT;
    CREATE UNIQUE INDEX runs_one_live_a_deployment ON runs (deployment_id)
      WHERE state IN ('starting', 'running', 'stopping');
    CREATE INDEX runs_live_by_cluster ON runs (cluster_id, ram_bytes, cpu_milli, gpu_milli)
      WHERE state IN ('starting', 'running', 'stopping');
    CREATE INDEX runs_by_deployment ON runs (deployment_id);
    CREATE INDEX runs_by_identity ON runs (identity);
    CREATE TABLE run_gpus (
      run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      slot INTEGER NOT NULL CHECK (slot >= 0),
      milli INTEGER NOT NULL CHECK (milli BETWEEN 1 AND 1000),
      PRIMARY KEY (run_id, slot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE gpu_slots (
      cluster_id INTEGER NOT NULL,
      slot INTEGER NOT NULL,
      held_milli INTEGER NOT NULL CHECK (held_milli BETWEEN 0 AND 1000),
      PRIMARY KEY (cluster_id, slot)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      at_ns INTEGER NOT NULL,
      kind TEXT NOT NULL,
      identity TEXT NOT NULL,
      run TEXT,
      code TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_time ON events (at_ns);
    CREATE INDEX events_by_identity ON events (identity, kind);
    """

  /// Triggers by which a run that becomes live takes its resources, and is refused if the cluster lacks them, and a run
  /// that ceases to be live returns them. A run that stays live passes, even if its cluster's capacity was lowered
  /// below use in the meantime.
  ///
  /// The triggers keep `held_*` by addition only within a transaction, so that a start costs the same however many runs
  /// there are; each commit then sets it to the sum over the live runs.
  static let runTriggers = """
    CREATE TRIGGER run_inserted AFTER INSERT ON runs
      WHEN NEW.state IN ('starting', 'running', 'stopping')
    BEGIN
      \(take)
    END;
    CREATE TRIGGER run_revived AFTER UPDATE OF state ON runs
      WHEN NEW.state IN ('starting', 'running', 'stopping') AND OLD.state NOT IN ('starting', 'running', 'stopping')
    BEGIN
      \(take)
      \(takeShares)
    END;
    CREATE TRIGGER run_gone AFTER UPDATE OF state ON runs
      WHEN OLD.state IN ('starting', 'running', 'stopping') AND NEW.state NOT IN ('starting', 'running', 'stopping')
    BEGIN
      \(release)
    END;
    CREATE TRIGGER run_deleted BEFORE DELETE ON runs
      WHEN OLD.state IN ('starting', 'running', 'stopping')
    BEGIN
      \(release)
    END;
    CREATE TRIGGER run_fixed BEFORE UPDATE OF id, name, deployment_id, cluster_id, ram_bytes, cpu_milli, gpu_milli ON runs
      WHEN (OLD.id, OLD.name, OLD.deployment_id, OLD.cluster_id, OLD.ram_bytes, OLD.cpu_milli, OLD.gpu_milli)
        <> (NEW.id, NEW.name, NEW.deployment_id, NEW.cluster_id, NEW.ram_bytes, NEW.cpu_milli, NEW.gpu_milli)
    BEGIN
      SELECT RAISE(ABORT, 'a run keeps its name, deployment, cluster and resources');
    END;
    CREATE TRIGGER deployment_with_live_run BEFORE DELETE ON deployments
      WHEN EXISTS (SELECT 1 FROM runs
        WHERE deployment_id = OLD.id AND state IN ('starting', 'running', 'stopping'))
    BEGIN
      SELECT RAISE(ABORT, 'the deployment has a live run');
    END;
    CREATE TRIGGER cluster_with_live_runs BEFORE DELETE ON clusters
      WHEN EXISTS (SELECT 1 FROM runs
        WHERE cluster_id = OLD.id AND state IN ('starting', 'running', 'stopping'))
    BEGIN
      SELECT RAISE(ABORT, 'the cluster has live runs');
    END;
    CREATE TRIGGER cluster_deleted AFTER DELETE ON clusters
    BEGIN
      DELETE FROM gpu_slots WHERE cluster_id = OLD.id;
    END;
    """

  /// Triggers that do the same for a run's GPUs: its shares are inserted after it, and count only while it is live.
  static let shareTriggers = """
    CREATE TRIGGER share_inserted AFTER INSERT ON run_gpus
      WHEN EXISTS (SELECT 1 FROM runs WHERE id = NEW.run_id AND state IN ('starting', 'running', 'stopping'))
    BEGIN
      SELECT RAISE(ABORT, 'the cluster has no such GPU')
        FROM runs JOIN clusters ON clusters.id = runs.cluster_id
        WHERE runs.id = NEW.run_id AND (NEW.slot + 1) * 1000 > clusters.total_gpu_milli;
      SELECT RAISE(ABORT, 'the GPU is held by others')
        FROM runs JOIN gpu_slots ON gpu_slots.cluster_id = runs.cluster_id AND gpu_slots.slot = NEW.slot
        WHERE runs.id = NEW.run_id AND gpu_slots.held_milli + NEW.milli > 1000;
      INSERT INTO gpu_slots (cluster_id, slot, held_milli)
        SELECT cluster_id, NEW.slot, NEW.milli FROM runs WHERE id = NEW.run_id
        ON CONFLICT (cluster_id, slot) DO UPDATE SET held_milli = held_milli + excluded.held_milli;
    END;
    CREATE TRIGGER share_deleted AFTER DELETE ON run_gpus
      WHEN EXISTS (SELECT 1 FROM runs WHERE id = OLD.run_id AND state IN ('starting', 'running', 'stopping'))
    BEGIN
      UPDATE gpu_slots SET held_milli = held_milli - OLD.milli
        WHERE slot = OLD.slot AND cluster_id = (SELECT cluster_id FROM runs WHERE id = OLD.run_id);
    END;
    CREATE TRIGGER share_fixed BEFORE UPDATE ON run_gpus
    BEGIN
      SELECT RAISE(ABORT, 'a share of a GPU is deleted and inserted, not changed');
    END;
    """

  private static let take = """
    UPDATE clusters SET
        held_ram_bytes = held_ram_bytes + NEW.ram_bytes,
        held_cpu_milli = held_cpu_milli + NEW.cpu_milli,
        held_gpu_milli = held_gpu_milli + NEW.gpu_milli
        WHERE id = NEW.cluster_id;
      SELECT RAISE(ABORT, 'the run''s cluster does not exist')
        WHERE NOT EXISTS (SELECT 1 FROM clusters WHERE id = NEW.cluster_id);
      SELECT RAISE(ABORT, 'the run''s deployment does not exist')
        WHERE NOT EXISTS (SELECT 1 FROM deployments WHERE id = NEW.deployment_id);
      SELECT RAISE(ABORT, 'the cluster does not have the resources that the run would hold')
        FROM clusters WHERE id = NEW.cluster_id
        AND (held_ram_bytes > total_ram_bytes OR held_cpu_milli > total_cpu_milli OR held_gpu_milli > total_gpu_milli);
    """

  private static let takeShares = """
    SELECT RAISE(ABORT, 'the cluster has no such GPU')
        FROM run_gpus JOIN clusters ON clusters.id = NEW.cluster_id
        WHERE run_id = NEW.id AND (slot + 1) * 1000 > total_gpu_milli;
      SELECT RAISE(ABORT, 'the GPU is held by others')
        FROM run_gpus JOIN gpu_slots USING (slot)
        WHERE run_id = NEW.id AND cluster_id = NEW.cluster_id AND held_milli + milli > 1000;
      INSERT INTO gpu_slots (cluster_id, slot, held_milli)
        SELECT NEW.cluster_id, slot, milli FROM run_gpus WHERE run_id = NEW.id
        ON CONFLICT (cluster_id, slot) DO UPDATE SET held_milli = held_milli + excluded.held_milli;
    """

  private static let release = """
    UPDATE clusters SET
        held_ram_bytes = held_ram_bytes - OLD.ram_bytes,
        held_cpu_milli = held_cpu_milli - OLD.cpu_milli,
        held_gpu_milli = held_gpu_milli - OLD.gpu_milli
        WHERE id = OLD.cluster_id;
      UPDATE gpu_slots SET held_milli = held_milli -
          (SELECT milli FROM run_gpus WHERE run_id = OLD.id AND run_gpus.slot = gpu_slots.slot)
        WHERE cluster_id = OLD.cluster_id AND slot IN (SELECT slot FROM run_gpus WHERE run_id = OLD.id);
    """
}
