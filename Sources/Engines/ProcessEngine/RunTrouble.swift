import EngineInterface
import SystemCalls
import SystemPackage

/// Reason why the files of a run can't be used.
enum RunTrouble: Error, Equatable {
  /// A call of the system failed.
  case failed(SystemFailure)
  /// Something that is not as a shim or this engine would have left it; in words.
  case odd(String)

  /// The reason for people.
  var text: String {
    switch self {
    case .failed(let failure): failure.description
    case .odd(let words): words
    }
  }

  /// Whether the trouble is that of one run. A lack of descriptors or memory is everybody's.
  var isOfOneRun: Bool {
    switch self {
    case .odd: true
    case .failed(let failure):
      switch failure.code {
      case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory: false
      default: true
      }
    }
  }
}

extension EngineError {
  /// The engine's error for a trouble. Somebody has to put an odd file aside.
  init(_ trouble: RunTrouble) {
    switch trouble {
    case .failed(let failure): self.init(failure)
    case .odd(let words): self = .terminal(words)
    }
  }

  /// The engine's error for a failed call: a full disk and a lack of descriptors or memory pass, and what vanished may
  /// come back; a missing right stays so.
  init(_ failure: SystemFailure) {
    switch failure.code {
    case .permissionDenied, .notPermitted, .notDirectory, .tooManySymbolicLinkLevels, .fileNameTooLong,
      .readOnlyFileSystem, .argListTooLong, .execFormatError:
      self = .terminal(failure.description)
    default: self = .retryable(failure.description)
    }
  }
}

/// Runs a body whose system calls can fail, and types their errors.
@discardableResult
func troubling<Result: ~Copyable>(_ body: () throws(SystemFailure) -> Result) throws(RunTrouble) -> Result {
  do throws(SystemFailure) {
    return try body()
  } catch {
    throw .failed(error)
  }
}
