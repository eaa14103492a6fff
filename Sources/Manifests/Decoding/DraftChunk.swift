/// The drafts of some deployments of one file, side by side: a file has many, and each on the heap by itself would cost an
/// allocation and a release of its own.
///
/// Sendable although it changes: only the decoder that made it appends and fills, on one thread and before it hands on the
/// file; from then on nobody changes it. What was appended stays where it is.
final class DraftChunk: @unchecked Sendable {
  fileprivate let drafts: UnsafeMutablePointer<DeploymentDraft>
  let capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    drafts = .allocate(capacity: capacity)
  }

  deinit {
    drafts.deinitialize(count: count)
    drafts.deallocate()
  }

  /// Puts an empty draft behind the others; there must be room for it. Whoever asked for it fills it.
  func appendEmpty() -> KeptDeployment {
    precondition(count < capacity)
    (drafts + count).initialize(to: DeploymentDraft())
    count += 1
    return KeptDeployment(chunk: self, index: count - 1)
  }
}

/// The draft of one deployment, kept among others.
struct KeptDeployment: Sendable {
  fileprivate let chunk: DraftChunk
  fileprivate let index: Int

  /// The draft, read where it lies.
  var value: DeploymentDraft {
    @inline(__always) _read { yield chunk.drafts[index] }
  }

  /// Reads the mapping that begins at the current event into the draft, where it lies: for the decoder that made it.
  func read(_ decoder: inout ManifestDecoder) {
    _ = decoder.readMapping(DeploymentDraft.table, into: &chunk.drafts[index])
  }
}
