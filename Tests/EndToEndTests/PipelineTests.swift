import FleetModel
import Foundation
import StateStore
import Testing

extension EndToEndTests {
  /// The pipeline that the project ships, as its README runs it: it trains on real data, measures, and serves; the same
  /// again changes nothing; a changed line is a change; a file that is deleted takes its service along.
  @Test func `the shipped pipeline trains, measures and serves`() throws {
    let place = try Workplace()
    let shipped = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "manifests")
    try FileManager.default.removeItem(atPath: place.manifests)
    try FileManager.default.copyItem(atPath: shipped.path, toPath: place.manifests)

    let applied = try place.apply("--wait")
    try #require(applied.status == 0, "\(applied.output)\(applied.error)")
    let training = try place.berth("logs", "botany/greenhouse/train").output
    #expect(training.contains("epoch 400: loss 0.09"), "\(training)")
    let evaluation = try place.berth("logs", "botany/greenhouse/evaluate").output
    #expect(evaluation.contains("accuracy 0.9333 (28 of 30 test rows)"), "\(evaluation)")

    let iris = "\(place.root)/state/work/botany/greenhouse/iris"
    let questions = ["5.1 3.5 1.4 0.2": "setosa", "6.3,3.3,6.0,2.5": "virginica", "5.1 3.5 1.4": "error:"]
    for (number, question) in questions.keys.sorted().enumerated() {
      try question.write(toFile: "\(iris)/question", atomically: true, encoding: .utf8)
      try FileManager.default.moveItem(atPath: "\(iris)/question", toPath: "\(iris)/requests/\(number)")
      let answer = "\(iris)/answers/\(number)"
      try place.wait(until: "there is an answer") { FileManager.default.fileExists(atPath: answer) }
      let text = try String(contentsOfFile: answer, encoding: .utf8)
      #expect(text.hasPrefix("\(questions[question] ?? "?") "), "\(question): \(text)")
    }

    #expect(try place.berth("diff", place.manifests, "--exit-code").status == 0)
    let again = try place.apply("--wait")
    #expect(again.status == 0 && again.output.contains("Plan: 0 to create, 0 to update, 0 to replace, 0 to delete"))

    let pipeline = try String(contentsOfFile: "\(place.manifests)/pipeline.yaml", encoding: .utf8)
    try place.write(pipeline.replacing("EPOCHS: \"400\"", with: "EPOCHS: \"10\""), to: "pipeline.yaml")
    #expect(try place.berth("diff", place.manifests, "--exit-code").status == 2)
    try place.write(pipeline, to: "pipeline.yaml")

    try place.write(nil, to: "service.yaml")
    let pruned = try place.apply("--wait")
    #expect(pruned.status == 0, "\(pruned.output)\(pruned.error)")
    #expect(pruned.output.contains("Plan: 0 to create, 0 to update, 0 to replace, 1 to delete"), "\(pruned.output)")
    let store = try place.store()
    #expect(try store.deployments().map(\.identity.name) == ["evaluate", "prepare", "train"])
    let cluster = ClusterIdentity(organization: "botany", name: "greenhouse")
    let runs = try store.runs(of: DeploymentIdentity(cluster: cluster, name: "serve"))
    #expect(runs.map(\.outcome) == [.stopped])
  }

  /// The model that is not good enough is not served.
  @Test func `a model that is not good enough is not served`() throws {
    let place = try Workplace()
    let shipped = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "manifests")
    try FileManager.default.removeItem(atPath: place.manifests)
    try FileManager.default.copyItem(atPath: shipped.path, toPath: place.manifests)
    let pipeline = try String(contentsOfFile: "\(place.manifests)/pipeline.yaml", encoding: .utf8)
    try place.write(
      pipeline.replacing("MINIMUM_ACCURACY: \"0.9\"", with: "MINIMUM_ACCURACY: \"0.99\""), to: "pipeline.yaml")
    let applied = try place.apply("--wait")
    #expect(applied.status == 3, "\(applied.output)\(applied.error)")
    let rows = try place.store().deployments()
    #expect(rows.map(\.identity.name) == ["evaluate", "prepare", "serve", "train"])
    #expect(rows.map(\.status) == [.failed, .completed, .pending, .completed])
  }
}
