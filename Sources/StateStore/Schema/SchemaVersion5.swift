/// The fifth schema: runtimes of each user's runs of an image, from which later ones are estimated. They outlive the
/// runs, of which only the last few of each deployment are kept.
enum SchemaVersion5 {
  /// Statements that lead to it from the fourth, in order. Successful jobs that the journal still has are counted; the
  /// estimates are made from them when the state is loaded.
  static let statements = [
    """
    CREATE TABLE runtimes (
      user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
      image TEXT NOT NULL,
      count INTEGER NOT NULL CHECK (count > 0),
      latest_ms TEXT NOT NULL,
      p50_ms INTEGER,
      p90_ms INTEGER,
      p_runs INTEGER,
      PRIMARY KEY (user_id, image)
    ) STRICT, WITHOUT ROWID;
    """,
    """
    INSERT INTO runtimes (user_id, image, count, latest_ms)
    SELECT user_id, image, total, group_concat(ms, ' ') FROM (
      SELECT d.user_id, d.docker_image AS image, max(1, (r.ended_ns - r.started_ns) / 1000000) AS ms,
        row_number() OVER (PARTITION BY d.user_id, d.docker_image ORDER BY r.ended_ns DESC, r.id DESC) AS place,
        count(*) OVER (PARTITION BY d.user_id, d.docker_image) AS total
      FROM runs r JOIN deployments d ON d.id = r.deployment_id AND d.generation = r.generation
      WHERE d.mode = 'job' AND r.state = 'ended' AND r.outcome = 'exited' AND r.outcome_number = 0
        AND r.stop_cause IS NULL AND r.started_ns IS NOT NULL AND d.user_id IN (SELECT id FROM users)
      ORDER BY place DESC)
    WHERE place <= 20 GROUP BY user_id, image;
    """,
  ]
}
