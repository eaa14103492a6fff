import FleetModel
import Foundation
import StateStore
import TestKit
import Testing

extension EndToEndTests {
  /// The shipped pipeline as the README runs it: it trains on real data, measures and serves. Applying it again changes
  /// nothing, a changed line is an update, and a deleted file deletes its service.
  @Test func `the shipped pipeline trains, measures and serves`() throws {
    let home = try BerthHome()
    let shipped = Repository.root.appending(path: "manifests")
    try FileManager.default.removeItem(atPath: home.manifests)
    try FileManager.default.copyItem(atPath: shipped.path, toPath: home.manifests)

    let applied = try home.apply("--wait")
    try #require(applied.status == 0, "\(applied.output)\(applied.error)")
    let training = try home.berth("logs", "botany/greenhouse/train").output
    #expect(training.contains("epoch 400: loss 0.09"), "\(training)")
    let evaluation = try home.berth("logs", "botany/greenhouse/evaluate").output
    #expect(evaluation.contains("accuracy 0.9333 (28 of 30 test rows)"), "\(evaluation)")

    let iris = "\(home.root)/state/work/botany/greenhouse/iris"
    let questions = ["5.1 3.5 1.4 0.2": "setosa", "6.3,3.3,6.0,2.5": "virginica", "5.1 3.5 1.4": "error:"]
    for (number, question) in questions.keys.sorted().enumerated() {
      try question.write(toFile: "\(iris)/question", atomically: true, encoding: .utf8)
      try FileManager.default.moveItem(atPath: "\(iris)/question", toPath: "\(iris)/requests/\(number)")
      let answer = "\(iris)/answers/\(number)"
      try home.wait(until: "there is an answer") { FileManager.default.fileExists(atPath: answer) }
      let text = try String(contentsOfFile: answer, encoding: .utf8)
      #expect(text.hasPrefix("\(questions[question] ?? "?") "), "\(question): \(text)")
    }

    #expect(try home.berth("diff", home.manifests, "--exit-code").status == 0)
    let again = try home.apply("--wait")
    #expect(again.status == 0 && again.output.contains("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete"))

    let pipeline = try String(contentsOfFile: "\(home.manifests)/pipeline.yaml", encoding: .utf8)
    try home.write(pipeline.replacing("EPOCHS: \"400\"", with: "EPOCHS: \"10\""), to: "pipeline.yaml")
    #expect(try home.berth("diff", home.manifests, "--exit-code").status == 2)
    try home.write(pipeline, to: "pipeline.yaml")

    try home.write(nil, to: "service.yaml")
    let pruned = try home.apply("--wait")
    #expect(pruned.status == 0, "\(pruned.output)\(pruned.error)")
    #expect(pruned.output.contains("Plan: 0 to create, 0 to update, 0 to replace, 1 to delete"), "\(pruned.output)")
    let store = try home.store()
    #expect(try store.deployments().map(\.identity.name) == ["evaluate", "prepare", "train"])
    let cluster = ClusterIdentity(organization: "botany", name: "greenhouse")
    let runs = try store.runs(of: DeploymentIdentity(cluster: cluster, name: "serve"))
    #expect(runs.map(\.outcome) == [.stopped])
  }

  /// The model that is not good enough is not served.
  @Test func `a model that is not good enough is not served`() throws {
    let home = try BerthHome()
    let shipped = Repository.root.appending(path: "manifests")
    try FileManager.default.removeItem(atPath: home.manifests)
    try FileManager.default.copyItem(atPath: shipped.path, toPath: home.manifests)
    let pipeline = try String(contentsOfFile: "\(home.manifests)/pipeline.yaml", encoding: .utf8)
    try home.write(
      pipeline.replacing("MINIMUM_ACCURACY: \"0.9\"", with: "MINIMUM_ACCURACY: \"0.99\""), to: "pipeline.yaml")
    let applied = try home.apply("--wait")
    #expect(applied.status == 3, "\(applied.output)\(applied.error)")
    let rows = try home.store().deployments()
    #expect(rows.map(\.identity.name) == ["evaluate", "prepare", "serve", "train"])
    #expect(rows.map(\.status) == [.failed, .completed, .pending, .completed])
  }
}
