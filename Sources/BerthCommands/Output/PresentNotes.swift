import FleetCore
import FleetModel
import Reports

extension Present {
  /// Notes on a stream where what is shown is not what is recorded, and where nobody can tell whether it still is so.
  ///
  /// - Parameter recordedAt: time of the last record; nil: there is none.
  func report(on stream: TextStream, recordedAt: Instant?) {
    for text in notes(recordedAt: recordedAt) { stream.write(stream.note(text)) }
  }

  /// The notes as sentences.
  func notes(recordedAt: Instant?) -> [String] {
    var notes: [String] = []
    if endedRuns > 0 {
      let runs = endedRuns == 1 ? "1 run has" : "\(endedRuns) runs have"
      notes.append("\(runs) ended since the last change was recorded; berth apply or berth watch records it")
    }
    for (cluster, words) in silentClusters {
      let age = recordedAt.map { " \((now - $0).humanText) ago" } ?? ""
      notes.append("the engine of \(cluster.text) does not answer: \(words); its runs are shown as recorded\(age)")
    }
    return notes
  }
}
