import FleetModel

/// A lookup of recorded deployments; called by several threads at a time.
public protocol DeploymentRecognizer: Sendable {
  /// Returns the row of the deployment that is recorded under this identity if its recorded text is exactly what is
  /// declared; otherwise `nil`.
  ///
  /// - Parameter hint: the value left there by the previous lookup, 0 at first. Neighbors in a file are usually
  ///   neighbors in the state.
  /// - Parameter isDeclared: tells whether a recorded text says exactly what is declared.
  func row(
    of identity: DeploymentIdentity, namesSecret: Bool, hint: inout Int, isDeclared: (String) -> Bool
  ) -> DeclaredRow?
}
