import FleetModel

extension StateStore {
  /// Returns identities in events or runs whose path ends with `/` and a text, whether or not the object still exists;
  /// sorted. Reads the whole history.
  public func rememberedIdentities(endingWith text: String) throws(StateError) -> [ObjectIdentity] {
    try reading { db in
      var select = try SQLStatement(
        db,
        """
        SELECT DISTINCT kind, identity FROM events WHERE substr(identity, -length(?1)) = ?1
        UNION SELECT '\(ObjectKind.deployment.rawValue)', identity FROM runs WHERE substr(identity, -length(?1)) = ?1
        """)
      select.bind("/" + text)
      var found: Set<ObjectIdentity> = []
      try select.forEachRow(of: "events") { row in
        let kind: ObjectKind = try row.word(0)
        guard let identity = ObjectIdentity(kind: kind, path: row.text(1)) else { throw row.unexpected(1) }
        found.insert(identity)
      }
      return found.sorted()
    }
  }

  /// Returns the first deployments, by identity, whose identity or own name begins with a text: for completion at a
  /// prompt.
  ///
  /// - Parameters:
  ///   - prefix: as typed so far; empty: any.
  ///   - limit: greatest number of deployments.
  public func deploymentIdentities(
    beginningWith prefix: String, limit: Int
  ) throws(StateError) -> [DeploymentIdentity] {
    try reading { db in
      var select = try SQLStatement(
        db,
        """
        SELECT o.name, c.name, d.name
        FROM organizations o JOIN clusters c ON c.organization_id = o.id JOIN deployments d ON d.cluster_id = c.id
        WHERE substr(o.name || '/' || c.name || '/' || d.name, 1, length(?)) = ? OR substr(d.name, 1, length(?)) = ?
        ORDER BY o.name, c.name, d.name LIMIT ?
        """)
      for _ in 0..<4 { select.bind(prefix) }
      select.bind(limit)
      var found: [DeploymentIdentity] = []
      try select.forEachRow(of: "deployments") { row in
        found.append(
          DeploymentIdentity(
            cluster: ClusterIdentity(organization: row.text(0), name: row.text(1)), name: row.text(2)))
      }
      return found
    }
  }
}
