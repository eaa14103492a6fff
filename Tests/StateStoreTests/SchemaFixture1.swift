extension MigrationTests {
  /// A state of schema 1 as `sqlite3 state.db .dump` writes it.
  static let schema1 = #"""
    PRAGMA foreign_keys = OFF;
    CREATE TABLE meta (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      installation_id TEXT NOT NULL CHECK (length(installation_id) = 32),
      installation_key BLOB NOT NULL CHECK (length(installation_key) = 32),
      commits INTEGER NOT NULL,
      next_source INTEGER NOT NULL,
      next_organization INTEGER NOT NULL,
      next_user INTEGER NOT NULL,
      next_cluster INTEGER NOT NULL,
      next_deployment INTEGER NOT NULL,
      next_run INTEGER NOT NULL
    ) STRICT;
    INSERT INTO meta VALUES(1,'0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f',X'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',1,1,1,1,1,1,1);
    CREATE TABLE lease (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      who TEXT NOT NULL,
      host TEXT NOT NULL,
      pid INTEGER NOT NULL,
      command TEXT NOT NULL,
      since_ns INTEGER NOT NULL
    ) STRICT;
    INSERT INTO lease VALUES(1,'ada','lab',7,'berth apply',1790000000123456789);
    CREATE TABLE sources (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      binding TEXT,
      created_ns INTEGER NOT NULL,
      applied_ns INTEGER NOT NULL
    ) STRICT;
    INSERT INTO sources VALUES(1,'default','/srv/manifests',1790000000123456789,1790000001123456789);
    CREATE TABLE users (
      id INTEGER PRIMARY KEY,
      username TEXT NOT NULL UNIQUE,
      email TEXT NOT NULL UNIQUE,
      hashed_password TEXT NOT NULL,
      is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
      created_at TEXT NOT NULL,
      source_id INTEGER NOT NULL REFERENCES sources (id),
      is_withdrawn INTEGER NOT NULL CHECK (is_withdrawn IN (0, 1)),
      spec TEXT NOT NULL
    ) STRICT;
    INSERT INTO users VALUES(1,'ada','ada@example.org','hash',1,'2026-09-21T14:13:20.123456789Z',1,1,'{}');
    CREATE TABLE organizations (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      invite_code TEXT NOT NULL UNIQUE,
      created_at TEXT NOT NULL,
      source_id INTEGER NOT NULL REFERENCES sources (id),
      is_withdrawn INTEGER NOT NULL CHECK (is_withdrawn IN (0, 1)),
      spec TEXT NOT NULL
    ) STRICT;
    INSERT INTO organizations VALUES(1,'vision','invite-vision','2026-09-21T14:13:20.123456789Z',1,0,'{}');
    CREATE TABLE user_organization (
      user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      organization_id INTEGER NOT NULL REFERENCES organizations (id),
      PRIMARY KEY (user_id, organization_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO user_organization VALUES(1,1);
    CREATE TABLE clusters (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      total_ram REAL NOT NULL CHECK (total_ram = total_ram_bytes / 1073741824.0),
      total_cpu REAL NOT NULL CHECK (total_cpu = total_cpu_milli / 1000.0),
      total_gpu REAL NOT NULL CHECK (total_gpu = total_gpu_milli / 1000.0),
      available_ram REAL NOT NULL CHECK (available_ram BETWEEN 0 AND total_ram),
      available_cpu REAL NOT NULL CHECK (available_cpu BETWEEN 0 AND total_cpu),
      available_gpu REAL NOT NULL CHECK (available_gpu BETWEEN 0 AND total_gpu),
      organization_id INTEGER NOT NULL REFERENCES organizations (id),
      creator_id INTEGER NOT NULL REFERENCES users (id),
      created_at TEXT NOT NULL,
      source_id INTEGER NOT NULL REFERENCES sources (id),
      is_withdrawn INTEGER NOT NULL CHECK (is_withdrawn IN (0, 1)),
      total_ram_bytes INTEGER NOT NULL CHECK (total_ram_bytes >= 0),
      total_cpu_milli INTEGER NOT NULL CHECK (total_cpu_milli >= 0),
      total_gpu_milli INTEGER NOT NULL CHECK (total_gpu_milli >= 0 AND total_gpu_milli % 1000 = 0),
      held_ram_bytes INTEGER NOT NULL DEFAULT 0 CHECK (held_ram_bytes >= 0),
      held_cpu_milli INTEGER NOT NULL DEFAULT 0 CHECK (held_cpu_milli >= 0),
      held_gpu_milli INTEGER NOT NULL DEFAULT 0 CHECK (held_gpu_milli >= 0),
      engine TEXT NOT NULL,
      preemption TEXT NOT NULL,
      minimum_runtime_ns INTEGER NOT NULL,
      reservations INTEGER,
      max_bypass INTEGER NOT NULL,
      aging_after_ns INTEGER NOT NULL,
      spec TEXT NOT NULL,
      UNIQUE (organization_id, name)
    ) STRICT;
    INSERT INTO clusters VALUES(1,'lab',64.0,16.0,4.0,63.0,15.0,3.5,1,1,'2026-09-21T14:13:20.123456789Z',1,0,68719476736,16000,4000,1073741824,1000,500,'process','lowerPriority',300000000000,1,16,86400000000000,'{}');
    CREATE TABLE deployments (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL,
      docker_image TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('PENDING', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED')),
      priority INTEGER NOT NULL CHECK (priority BETWEEN 1 AND 3),
      required_ram REAL NOT NULL CHECK (required_ram = required_ram_bytes / 1073741824.0),
      required_cpu REAL NOT NULL CHECK (required_cpu = required_cpu_milli / 1000.0),
      required_gpu REAL NOT NULL CHECK (required_gpu = required_gpu_milli / 1000.0),
      cluster_id INTEGER NOT NULL REFERENCES clusters (id),
      user_id INTEGER NOT NULL REFERENCES users (id),
      created_at TEXT NOT NULL,
      started_at TEXT,
      source_id INTEGER NOT NULL REFERENCES sources (id),
      is_withdrawn INTEGER NOT NULL CHECK (is_withdrawn IN (0, 1)),
      generation INTEGER NOT NULL CHECK (generation >= 1),
      reason_code TEXT,
      attempts INTEGER NOT NULL CHECK (attempts >= 0),
      failures INTEGER NOT NULL CHECK (failures >= 0),
      not_before_ns INTEGER,
      queued_ns INTEGER NOT NULL,
      mode TEXT NOT NULL CHECK (mode IN ('job', 'service')),
      required_ram_bytes INTEGER NOT NULL CHECK (required_ram_bytes >= 0),
      required_cpu_milli INTEGER NOT NULL CHECK (required_cpu_milli >= 0),
      required_gpu_milli INTEGER NOT NULL CHECK (required_gpu_milli >= 0),
      retry_limit INTEGER NOT NULL,
      retry_backoff_ns INTEGER NOT NULL,
      expected_runtime_ns INTEGER,
      max_runtime_ns INTEGER,
      stop_grace_ns INTEGER NOT NULL,
      ready_after_ns INTEGER NOT NULL,
      is_preemptible INTEGER NOT NULL CHECK (is_preemptible IN (0, 1)),
      is_suspended INTEGER NOT NULL CHECK (is_suspended IN (0, 1)),
      is_protected INTEGER NOT NULL CHECK (is_protected IN (0, 1)),
      spec TEXT NOT NULL,
      UNIQUE (cluster_id, name)
    ) STRICT;
    INSERT INTO deployments VALUES(1,'d1','train:1','PENDING',2,1.0,1.0,0.0,1,1,'2026-09-21T14:13:20.123456789Z',NULL,1,0,1,NULL,0,0,NULL,1790000000123456789,'job',1073741824,1000,0,0,10000000000,NULL,NULL,10000000000,5000000000,1,0,0,'{}');
    INSERT INTO deployments VALUES(2,'d2','train:1','RUNNING',2,1.0,1.0,0.0,1,1,'2026-09-21T14:13:20.123456789Z','2026-09-21T14:13:25.123456789Z',1,0,1,NULL,0,0,NULL,1790000000123456789,'job',1073741824,1000,0,0,10000000000,NULL,7200000000000,10000000000,5000000000,1,0,0,'{}');
    CREATE TABLE deployment_dependencies (
      dependent_id INTEGER NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
      dependency_id INTEGER NOT NULL REFERENCES deployments (id),
      until TEXT NOT NULL CHECK (until IN ('completed', 'running')),
      PRIMARY KEY (dependent_id, dependency_id),
      CHECK (dependent_id <> dependency_id)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO deployment_dependencies VALUES(2,1,'completed');
    CREATE TABLE secret_digests (
      deployment_id INTEGER NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
      reference TEXT NOT NULL,
      digest TEXT NOT NULL,
      PRIMARY KEY (deployment_id, reference)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO secret_digests VALUES(2,'fromEnv HF_TOKEN','d1ge57');
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
    INSERT INTO runs VALUES(1,'berth-run1',1,'vision/lab/d1',1,1,1,'ended',1073741824,1000,0,NULL,0,1790000000123456789,NULL,1790000000123456789,'failedToStart',NULL,'it''s gone',NULL,NULL,10000000000);
    INSERT INTO runs VALUES(2,'berth-run2',2,'vision/lab/d2',1,1,1,'running',1073741824,1000,500,'runs/berth-run2',0,1790000000123456789,1790000005123456789,NULL,NULL,NULL,NULL,NULL,NULL,10000000000);
    CREATE TABLE run_gpus (
      run_id INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
      slot INTEGER NOT NULL CHECK (slot >= 0),
      milli INTEGER NOT NULL CHECK (milli BETWEEN 1 AND 1000),
      PRIMARY KEY (run_id, slot)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO run_gpus VALUES(2,1,500);
    CREATE TABLE gpu_slots (
      cluster_id INTEGER NOT NULL,
      slot INTEGER NOT NULL,
      held_milli INTEGER NOT NULL CHECK (held_milli BETWEEN 0 AND 1000),
      PRIMARY KEY (cluster_id, slot)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO gpu_slots VALUES(1,1,500);
    CREATE TABLE events (
      id INTEGER PRIMARY KEY,
      at_ns INTEGER NOT NULL,
      kind TEXT NOT NULL,
      identity TEXT NOT NULL,
      run TEXT,
      code TEXT NOT NULL,
      message TEXT NOT NULL
    ) STRICT;
    INSERT INTO events VALUES(1,1790000000123456789,'Deployment','vision/lab/d1','berth-run1','failed','it''s gone');
    CREATE INDEX user_organization_by_organization ON user_organization (organization_id);
    CREATE INDEX clusters_by_creator ON clusters (creator_id);
    CREATE INDEX deployments_by_user ON deployments (user_id);
    CREATE INDEX deployment_dependencies_by_dependency ON deployment_dependencies (dependency_id);
    CREATE UNIQUE INDEX runs_one_live_a_deployment ON runs (deployment_id)
      WHERE state IN ('starting', 'running', 'stopping');
    CREATE INDEX runs_live_by_cluster ON runs (cluster_id, ram_bytes, cpu_milli, gpu_milli)
      WHERE state IN ('starting', 'running', 'stopping');
    CREATE INDEX runs_by_deployment ON runs (deployment_id);
    CREATE INDEX runs_by_identity ON runs (identity);
    CREATE INDEX events_by_time ON events (at_ns);
    CREATE INDEX events_by_identity ON events (identity, kind);
    CREATE TRIGGER run_inserted AFTER INSERT ON runs
      WHEN NEW.state IN ('starting', 'running', 'stopping')
    BEGIN
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
    END;
    CREATE TRIGGER run_revived AFTER UPDATE OF state ON runs
      WHEN NEW.state IN ('starting', 'running', 'stopping') AND OLD.state NOT IN ('starting', 'running', 'stopping')
    BEGIN
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
      SELECT RAISE(ABORT, 'the cluster has no such GPU')
        FROM run_gpus JOIN clusters ON clusters.id = NEW.cluster_id
        WHERE run_id = NEW.id AND (slot + 1) * 1000 > total_gpu_milli;
      SELECT RAISE(ABORT, 'the GPU is held by others')
        FROM run_gpus JOIN gpu_slots USING (slot)
        WHERE run_id = NEW.id AND cluster_id = NEW.cluster_id AND held_milli + milli > 1000;
      INSERT INTO gpu_slots (cluster_id, slot, held_milli)
        SELECT NEW.cluster_id, slot, milli FROM run_gpus WHERE run_id = NEW.id
        ON CONFLICT (cluster_id, slot) DO UPDATE SET held_milli = held_milli + excluded.held_milli;
    END;
    CREATE TRIGGER run_gone AFTER UPDATE OF state ON runs
      WHEN OLD.state IN ('starting', 'running', 'stopping') AND NEW.state NOT IN ('starting', 'running', 'stopping')
    BEGIN
      UPDATE clusters SET
        held_ram_bytes = held_ram_bytes - OLD.ram_bytes,
        held_cpu_milli = held_cpu_milli - OLD.cpu_milli,
        held_gpu_milli = held_gpu_milli - OLD.gpu_milli
        WHERE id = OLD.cluster_id;
      UPDATE gpu_slots SET held_milli = held_milli -
          (SELECT milli FROM run_gpus WHERE run_id = OLD.id AND run_gpus.slot = gpu_slots.slot)
        WHERE cluster_id = OLD.cluster_id AND slot IN (SELECT slot FROM run_gpus WHERE run_id = OLD.id);
    END;
    CREATE TRIGGER run_deleted BEFORE DELETE ON runs
      WHEN OLD.state IN ('starting', 'running', 'stopping')
    BEGIN
      UPDATE clusters SET
        held_ram_bytes = held_ram_bytes - OLD.ram_bytes,
        held_cpu_milli = held_cpu_milli - OLD.cpu_milli,
        held_gpu_milli = held_gpu_milli - OLD.gpu_milli
        WHERE id = OLD.cluster_id;
      UPDATE gpu_slots SET held_milli = held_milli -
          (SELECT milli FROM run_gpus WHERE run_id = OLD.id AND run_gpus.slot = gpu_slots.slot)
        WHERE cluster_id = OLD.cluster_id AND slot IN (SELECT slot FROM run_gpus WHERE run_id = OLD.id);
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
    """#
}
