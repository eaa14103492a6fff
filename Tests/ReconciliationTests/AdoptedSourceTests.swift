import FleetCore
import FleetModel
import ManifestSources
import ReconcilerTestSupport
import TestKit
import Testing

@testable import Reconciliation

/// Sources whose directory gets another name.
@Suite struct AdoptedSourceTests {
  /// A name under which a directory was applied, the name of its place then, and whether the directory's new name takes its
  /// place: only if nobody has chosen the name, whatever it looks like.
  @Test(
    arguments: [
      ("/w/m", "/w/m", true), ("git.example.org/vision/fleet//m", "git.example.org/vision/fleet//m", true),
      (SourceNaming.former, nil, true), ("mine", "/w/m", false), ("team//prod", "/w/m", false),
      ("/chosen", "/w/m", false),
      ("//", "/w/m", false), ("team//prod", nil, false),
    ] as [(String, String?, Bool)])
  func `a name that follows from a place is replaced, and one that was chosen is not`(
    name: String, place: String?, isReplaced: Bool
  ) async throws {
    let installation = try TestInstallation()
    var request = try installation.request(BaseManifests.deployment("one", "hold"))
    (request.options.source, request.options.place) = (name, place)
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    (request.options.source, request.options.place) = ("git.example.org/new//m", "git.example.org/new//m")
    let plan = try await installation.reconciler().plan(request).plan
    #expect(plan.refusals.isEmpty == isReplaced, "\(plan.refusals)")
    guard isReplaced else { return }
    #expect(plan.changes.isEmpty)
    _ = try await installation.reconciler().apply(request, shown: nil, goal: .carriedOut)
    let sources = try installation.store(.readOnly).load().sources
    #expect(sources.map(\.name) == [request.options.source])
    #expect(sources.map(\.place) == [request.options.place])
  }
}
