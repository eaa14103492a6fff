import FleetModel
import PlanModel

extension Shortfall {
  /// Largest number of holders that a sentence names.
  private static let mostHolders = 4

  /// `gpu: needs 2, 1 free of 4; held by train (2) and tune (1)`.
  func text(in scope: NameScope) -> String {
    text(
      of: "\(dimension.rawValue): needs \(spelled(requested)), \(spelled(available)) free of \(spelled(total))", scope)
  }

  /// `gpu: needs 4, 3 left of 4; held by serve (1)`, where what is left is what services leave.
  func textBesideServices(in scope: NameScope) -> String {
    text(
      of: "\(dimension.rawValue): needs \(spelled(requested)), \(spelled(available)) left of \(spelled(total))", scope)
  }

  private func text(of sentence: String, _ scope: NameScope) -> String {
    guard !holders.isEmpty else { return sentence }
    let isLong = holders.count > Self.mostHolders
    let names = holders.prefix(isLong ? Self.mostHolders - 1 : Self.mostHolders).map { holder in
      "\(scope.name(holder.deployment)) (\(spelled(holder.amount)))"
    }
    return sentence + "; held by " + enumeration(names + (isLong ? ["others"] : []))
  }

  /// Request and capacity of something that never fits: `gpu 8, the cluster has 4`.
  var textOfImpossible: String { "\(dimension.rawValue) \(spelled(requested)), the cluster has \(spelled(total))" }

  private func spelled(_ amount: Int64) -> String { dimension.spelled(amount) }
}

extension Dimension {
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
