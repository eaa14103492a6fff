import CLinux
import Dispatch
import Glibc
import Synchronization
import SystemCalls

/// Waits for many descriptors at once without a thread of its own: they are in one epoll, whose descriptor is one
/// Dispatch source.
final class DescriptorWatch: Sendable {
  private struct State {
    var nextKey: UInt64 = 1
    var handlers: [UInt64: (descriptor: Int32, handler: @Sendable (UInt64) -> Void)] = [:]
  }

  private let epoll: Int32
  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "berth.process-engine")
  // Dispatch's objects may be used from any thread; this one is set once, and cancelled once.
  private nonisolated(unsafe) let source: any DispatchSourceRead

  /// Makes a watch without descriptors.
  init() throws(SystemFailure) {
    epoll = try SystemCall.check("epoll_create1") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
    source = DispatchSource.makeReadSource(fileDescriptor: epoll, queue: queue)
    source.setEventHandler { [weak self] in self?.handle() }
    source.setCancelHandler { [epoll] in close(epoll) }
    source.activate()
  }

  deinit {
    source.cancel()
    for entry in state.withLock({ $0.handlers }).values { close(entry.descriptor) }
  }

  /// Calls the handler, on the watch's own queue and with the key of the registration, whenever the descriptor can be
  /// read or its other side is closed. The descriptor belongs to the watch from here on.
  @discardableResult
  func add(_ descriptor: Int32, readable: Bool, handler: @escaping @Sendable (UInt64) -> Void)
    throws(SystemFailure) -> UInt64
  {
    let key = state.withLock { state in
      let key = state.nextKey
      state.nextKey += 1
      state.handlers[key] = (descriptor, handler)
      return key
    }
    var event = epoll_event()
    event.events = readable ? EPOLLIN.rawValue : 0  // errors and hang-ups are always reported
    event.data.u64 = key
    do throws(SystemFailure) {
      try SystemCall.check("epoll_ctl") { epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) }
    } catch {
      remove(key)
      throw error
    }
    return key
  }

  /// Removes a descriptor, and closes it once no handler can be using it: its number may be reused the moment after.
  func remove(_ key: UInt64) {
    guard let entry = state.withLock({ $0.handlers.removeValue(forKey: key) }) else { return }
    var event = epoll_event()
    // It is missing if adding it failed; closing takes care of everything else.
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, entry.descriptor, &event)
    queue.async { close(entry.descriptor) }
  }

  /// Runs one round only: what is still ready makes the source fire again, and between rounds the queue may close
  /// descriptors that were removed.
  private func handle() {
    var events = [epoll_event](repeating: epoll_event(), count: 64)
    let count = epoll_wait(epoll, &events, Int32(events.count), 0)
    if count <= 0 { return }
    for event in events[..<Int(count)] {
      // A handler that was removed in the meantime is not called.
      let key = event.data.u64
      state.withLock { $0.handlers[key]?.handler }?(key)
    }
  }
}
