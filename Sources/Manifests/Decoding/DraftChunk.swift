/// Drafts of some deployments of one file, stored next to each other. A file has many of them, and a heap object for
/// each would cost an allocation and a release apiece.
///
/// Sendable although it is mutable: only the decoder that created it appends to it and fills its drafts, on one
/// thread and before the file is handed on; after that nothing changes it. An appended draft never moves.
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

  /// Appends an empty draft for the caller to fill. There must be room for it.
  func appendEmpty() -> KeptDeployment {
    precondition(count < capacity)
    (drafts + count).initialize(to: DeploymentDraft())
    count += 1
    return KeptDeployment(chunk: self, index: count - 1)
  }
}

/// The draft of one deployment, stored in a chunk.
struct KeptDeployment: Sendable {
  fileprivate let chunk: DraftChunk
  fileprivate let index: Int

  /// The draft, accessed in place.
  var value: DeploymentDraft {
    @inline(__always) _read { yield chunk.drafts[index] }
  }

  /// Reads the map that begins at the current event into the draft, in place. For the decoder that created it.
  func read(_ decoder: inout ManifestDecoder) {
    _ = decoder.readMapping(DeploymentDraft.table, into: &chunk.drafts[index])
  }
}
