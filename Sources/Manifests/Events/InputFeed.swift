import CLibYAML

/// The input of libyaml: the bytes of a file in pieces of the size that libyaml asks for. Ends when too many have
/// passed without an event.
struct InputFeed {
  var base: UnsafePointer<UInt8>?
  var count: Int
  /// Number of bytes that libyaml has taken.
  var offset = 0
  /// Number of bytes that it had taken at the last event.
  var offsetAtEvent = 0
  /// Whether the input was cut off.
  var isCutOff = false

  /// The read handler for libyaml; `data` is a pointer to an `InputFeed`.
  static let read:
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafeMutablePointer<UInt8>?, Int, UnsafeMutablePointer<Int>?
    ) -> Int32 = { data, buffer, size, sizeRead in
      guard let data, let buffer, let sizeRead else { return 0 }
      let feed = data.assumingMemoryBound(to: InputFeed.self)
      guard feed.pointee.offset - feed.pointee.offsetAtEvent <= ManifestLimits.bytesBetweenEvents else {
        feed.pointee.isCutOff = true
        return 0
      }
      let step = min(size, feed.pointee.count - feed.pointee.offset)
      if step > 0, let base = feed.pointee.base { buffer.update(from: base + feed.pointee.offset, count: step) }
      feed.pointee.offset += max(0, step)
      sizeRead.pointee = max(0, step)
      return 1
    }
}
