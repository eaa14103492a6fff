import Synchronization

/// Notes about where the state is, on standard error. Each is told once by a process, which may open the state several
/// times.
enum StateNotes {
  private static let told = Mutex<Set<String>>([])

  /// Tells that the state was found above the working directory.
  static func tell(of place: StatePlace) {
    if place.rule == .local(isHere: false) { tell("the state is \(StatePlace.shown(place.path))") }
  }

  /// Tells where a state was made.
  static func tellOfNew(_ place: StatePlace) {
    tell("there was no state yet: made \(StatePlace.shown(Surroundings.absolute(place.path)))")
  }

  /// Tells that an earlier version has put the state into the working directory.
  static func tellOfFormer() {
    tell(
      "the state stays in .berth, where an earlier version has put it; without that directory it would be the one state of "
        + "this user and machine")
  }

  private static func tell(_ note: String) {
    guard told.withLock({ $0.insert(note).inserted }) else { return }
    let stream = TextStream(2, color: ArgumentSpelling.color(CommandLine.arguments), environment: .current)
    stream.write(stream.note(note))
  }
}
