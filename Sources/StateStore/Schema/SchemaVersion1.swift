/// The first schema.
///
/// The six tables of the data model begin with its columns, under its names and in its order; our own follow. REAL
/// columns are for readers with other clients, and a CHECK ties each to the integer that is the truth. Times of the
/// data model are RFC 3339 text in UTC with nine digits of a second, so that they sort chronologically and lose
/// nothing; columns that end in `_ns` are integer nanoseconds, since the Unix epoch if they are points in time.
enum SchemaVersion1 {
  /// Statements that make it, in order.
  static let statements = [own, people, clusters, deployments, journal, runTriggers, shareTriggers]

  private static let own = """
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
    CREATE TABLE lease (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      who TEXT NOT NULL,
      host TEXT NOT NULL,
      pid INTEGER NOT NULL,
      command TEXT NOT NULL,
      since_ns INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE sources (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      binding TEXT,
      created_ns INTEGER NOT NULL,
      applied_ns INTEGER NOT NULL
    ) STRICT;
    """

  private static let people = """
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
    CREATE TABLE organizations (
      id INTEGER PRIMARY KEY,
      name TEXT NOT NULL UNIQUE,
      invite_code TEXT NOT NULL UNIQUE,
      created_at TEXT NOT NULL,
      source_id INTEGER NOT NULL REFERENCES sources (id),
      is_withdrawn INTEGER NOT NULL CHECK (is_withdrawn IN (0, 1)),
      spec TEXT NOT NULL
    ) STRICT;
    CREATE TABLE user_organization (
      user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      organization_id INTEGER NOT NULL REFERENCES organizations (id),
      PRIMARY KEY (user_id, organization_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX user_organization_by_organization ON user_organization (organization_id);
    """

  private static let clusters = """
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
    CREATE INDEX clusters_by_creator ON clusters (creator_id);
    """

  private static let deployments = """
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
    CREATE INDEX deployments_by_user ON deployments (user_id);
    CREATE TABLE deployment_dependencies (
      dependent_id INTEGER NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
      dependency_id INTEGER NOT NULL REFERENCES deployments (id),
      until TEXT NOT NULL CHECK (until IN ('completed', 'running')),
      PRIMARY KEY (dependent_id, dependency_id),
      CHECK (dependent_id <> dependency_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX deployment_dependencies_by_dependency ON deployment_dependencies (dependency_id);
    CREATE TABLE secret_digests (
      deployment_id INTEGER NOT NULL REFERENCES deployments (id) ON DELETE CASCADE,
      reference TEXT NOT NULL,
      digest TEXT NOT NULL,
      PRIMARY KEY (deployment_id, reference)
    ) STRICT, WITHOUT ROWID;
    """
}
