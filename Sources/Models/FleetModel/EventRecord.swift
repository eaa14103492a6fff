/// Kind of an event. The raw value is what the `code` column of `events` holds; a case may be added, never renamed.
public enum EventCode: String, Sendable, Hashable, CaseIterable {
  /// The object was declared for the first time.
  case created
  /// The object's manifest changed.
  case updated
  /// No manifest declares the object any more.
  case withdrawn
  /// The object was deleted.
  case deleted
  /// A new run of a failed deployment was requested.
  case retryRequested
  /// A run was admitted.
  case admitted
  /// The execution of a run was confirmed.
  case started
  /// A run was asked to stop.
  case stopping
  /// The end of a run was confirmed.
  case ended
  /// A job ran to its end with success.
  case completed
  /// A deployment failed with no retry left.
  case failed
  /// The room that was being freed for a deployment did not come in time.
  case nominationEnded
  /// A call to an engine failed.
  case engineError
  /// A cluster's engine does not answer.
  case unknown
  /// A run without a record was found on an engine, and is stopped.
  case orphan
}

/// One event in the history of an object, for `berth events`; kept by identity, so that it outlives its object.
public struct EventRecord: Sendable, Hashable {
  /// Time of the event.
  public var at: Instant
  /// The object that the event is about.
  public var subject: ObjectIdentity
  /// The run that the event is about, if any.
  public var run: RunName?
  /// The raw value of the event's code. A newer program may have recorded one that this program does not know.
  public var codeText: String
  /// The message for people; never contains a secret. Not yet escaped for a terminal.
  public var message: String

  /// Makes an event.
  public init(at: Instant, subject: ObjectIdentity, run: RunName?, code: EventCode, message: String) {
    self.init(at: at, subject: subject, run: run, codeText: code.rawValue, message: message)
  }

  /// Makes an event from its record, whose code this program may not know.
  public init(at: Instant, subject: ObjectIdentity, run: RunName?, codeText: String, message: String) {
    self.at = at
    self.subject = subject
    self.run = run
    self.codeText = codeText
    self.message = message
  }

  /// The kind of event; nil if this program does not know the code.
  public var code: EventCode? { EventCode(rawValue: codeText) }
}
