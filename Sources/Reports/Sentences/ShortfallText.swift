import FleetModel
import PlanModel

extension Shortfall {
  /// Largest number of holders that a sentence names.
  private static let holderLimit = 4

  /// Request and free room: `GPUs: needs 2, 1 of 4 free; held by train (2) and tune (1)`.
  func text(in scope: NameScope) -> String {
    text(
      of: "\(dimension.noun): needs \(spelled(requested)), \(spelled(available)) of \(spelled(total)) free", scope)
  }

  /// Request and the room that services leave: `4 GPUs, 3 of 4 left; held by serve (1)`.
  func textBesideServices(in scope: NameScope) -> String {
    text(of: "\(dimension.amount(requested)), \(spelled(available)) of \(spelled(total)) left", scope)
  }

  private func text(of sentence: String, _ scope: NameScope) -> String {
    guard !holders.isEmpty else { return sentence }
    let isLong = holders.count > Self.holderLimit
    let names = holders.prefix(isLong ? Self.holderLimit - 1 : Self.holderLimit).map { holder in
      "\(scope.name(holder.deployment)) (\(spelled(holder.amount)))"
    }
    return sentence + "; held by " + enumeration(names + (isLong ? ["others"] : []))
  }

  /// Request and capacity of something that never fits: `8 GPUs (the cluster has 4)`.
  var textOfImpossible: String { "\(dimension.amount(requested)) (the cluster has \(spelled(total)))" }

  private func spelled(_ amount: Int64) -> String { dimension.spelled(amount) }
}

extension Dimension {
  /// Noun for sentences: `RAM`, `CPU` or `GPUs`.
  var noun: String { self == .gpu ? "GPUs" : rawValue.uppercased() }

  /// An amount with its noun: `16Gi RAM`, `500m CPU`, `1 GPU`, `2 GPUs`.
  func amount(_ amount: Int64) -> String { "\(spelled(amount)) \(self == .gpu && amount <= 1000 ? "GPU" : noun)" }

  /// An amount as a manifest spells it. Long sizes of memory are rounded down.
  func spelled(_ amount: Int64) -> String {
    switch self {
    case .ram:
      let exact = Resources.ramText(bytes: amount)
      return exact.count <= 8 ? exact : ByteSize.text(amount)
    case .cpu: return Resources.cpuText(milli: amount)
    case .gpu: return Resources.gpuText(milli: amount)
    }
  }
}
