import FleetModel
import GRDB

extension ObjectWriter {
  /// Gives every row that will lose its name, e-mail address or invite code a value that no other row has, so that rows
  /// can be written one after another even if they swap these. No manifest can contain the character U+0001.
  static func moveAside(_ db: Database, _ plan: CommitPlan, greatestDeployment: Int64) throws {
    if plan.organizations.mayCollide {
      var aside = try SQLStatement(
        db,
        """
        UPDATE organizations SET name = char(1) || id, invite_code = char(1) || id
        WHERE id = ? AND (name, invite_code) IS NOT (?, ?)
        """)
      for record in plan.organizations.values {
        aside.bind(record.id)
        aside.bind(record.name)
        record.inviteCode.withValue {
          aside.bind(WithdrawnValue.stored($0, of: record.id, isWithdrawn: record.isWithdrawn))
        }
        try aside.run()
      }
      try moveDeletedAside(
        db, "UPDATE organizations SET name = char(1) || id, invite_code = char(1) || id", plan.organizations)
    }
    if plan.users.mayCollide {
      var aside = try SQLStatement(
        db,
        """
        UPDATE users SET username = char(1) || id, email = char(1) || id
        WHERE id = ? AND (username, email) IS NOT (?, ?)
        """)
      for record in plan.users.values {
        aside.bind(record.id)
        aside.bind(record.name)
        aside.bind(WithdrawnValue.stored(record.email, of: record.id, isWithdrawn: record.isWithdrawn))
        try aside.run()
      }
      try moveDeletedAside(db, "UPDATE users SET username = char(1) || id, email = char(1) || id", plan.users)
    }
    if plan.clusters.mayCollide {
      var aside = try SQLStatement(
        db, "UPDATE clusters SET name = char(1) || id WHERE id = ? AND (organization_id, name) IS NOT (?, ?)")
      for record in plan.clusters.values {
        aside.bind(record.id)
        aside.bind(record.organization)
        aside.bind(record.identity.name)
        try aside.run()
      }
      try moveDeletedAside(db, "UPDATE clusters SET name = char(1) || id", plan.clusters)
    }
    // Deployments above the greatest number are new, and have nothing to give up.
    if plan.deployments.mayCollide, greatestDeployment > 0 {
      var aside = try SQLStatement(
        db, "UPDATE deployments SET name = char(1) || id WHERE id = ? AND (cluster_id, name) IS NOT (?, ?)")
      try plan.forEachDeployment { record in
        if record.id.value > greatestDeployment { return }
        aside.bind(record.id)
        aside.bind(record.cluster)
        aside.bind(record.identity.name)
        try aside.run()
      }
      try moveDeletedAside(db, "UPDATE deployments SET name = char(1) || id", plan.deployments)
    }
  }

  /// Gives rows that the same transaction deletes such a value, too.
  private static func moveDeletedAside<Row, Value>(
    _ db: Database, _ update: String, _ rows: LatestWrites<RowID<Row>, Value>
  )
    throws
  {
    guard !rows.deleted.isEmpty else { return }
    var aside = try SQLStatement(db, update + " WHERE id = ?")
    for deletion in rows.deleted {
      aside.bind(deletion.id)
      try aside.run()
    }
  }
}
