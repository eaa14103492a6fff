import FleetModel
import PlanModel
import Reports
import TestKit
import Testing

/// A forecast of thirty deployments on two clusters with everything that can be drawn: running, waiting, preempted and
/// returning, reserved, endless and unknown.
@Suite struct ForecastDrawingTests {
  private static let now = Instant(nanoseconds: 1_800_000_000_000_000_000)

  private func at(_ minutes: Int64) -> Instant { Self.now + .seconds(minutes * 60) }

  private func entry(
    _ cluster: ClusterIdentity, _ name: String, _ priority: Priority, gpu: Int64, start: ExpectedStart? = nil,
    _ spans: [ForecastSpan]
  ) -> DeploymentForecast {
    DeploymentForecast(
      deployment: DeploymentIdentity(cluster: cluster, name: name), priority: priority,
      request: Resources(ramBytes: 4 << 30, cpuMilli: 2000, gpuMilli: gpu * 1000), start: start, spans: spans)
  }

  private var forecast: Forecast {
    var forecast = Forecast(from: Self.now)
    forecast.until = at(700)
    let (lab, annex) = (SamplePlans.lab, SamplePlans.other)
    let urgent = DeploymentIdentity(cluster: lab, name: "urgent-release")
    forecast.clusters = [
      ForecastCluster(
        identity: lab, capacity: Resources(ramBytes: 64 << 30, cpuMilli: 32_000, gpuMilli: 8000),
        reservations: [ForecastReservation(deployment: urgent, at: at(30), isPromised: true, lacking: [.gpu])]),
      ForecastCluster(
        identity: annex, capacity: Resources(ramBytes: 16 << 30, cpuMilli: 8000, gpuMilli: 0),
        unknown: "connection refused <at> \"annex\""),
    ]
    forecast.deployments = [
      entry(
        lab, "running", .medium, gpu: 2,
        [ForecastSpan(from: at(-45), to: at(30), end: .expected(isPromised: true))]),
      entry(lab, "serving", .high, gpu: 1, [ForecastSpan(from: at(-4000), to: nil, end: .never)]),
      entry(
        lab, "sweep", .low, gpu: 4, start: .at(at(120)),
        [
          ForecastSpan(from: at(-60), to: at(10), end: .preempted(for: urgent)),
          ForecastSpan(from: at(120), to: at(300), end: .expected(isPromised: false)),
        ]),
      entry(
        lab, "urgent-release", .high, gpu: 4, start: .at(at(30)),
        [ForecastSpan(from: at(30), to: at(120), end: .expected(isPromised: true))]),
      entry(lab, "explore", .low, gpu: 1, start: .now, [ForecastSpan(from: at(0), to: nil, end: .unknown)]),
    ]
    for index in 0..<14 {
      let begin = Int64(index) * 40 + 35
      let priority = Priority.allCases[index % 3]
      forecast.deployments.append(
        entry(
          lab, "train-\(index)-of-the-detector-with-a-long-name", priority, gpu: 1, start: .at(at(begin)),
          [ForecastSpan(from: at(begin), to: at(begin + 90), end: .expected(isPromised: index % 2 == 0))]))
    }
    let why = UnknownStart.endsUnknown([DeploymentIdentity(cluster: lab, name: "explore")])
    for index in 0..<8 {
      forecast.deployments.append(entry(lab, "after-\(index)", .medium, gpu: 1, start: .unknown(why), []))
    }
    for name in ["a", "b", "c"] {
      forecast.deployments.append(entry(annex, name, .medium, gpu: 0, start: .unknown(.beyond(Self.now)), []))
    }
    return forecast
  }

  @Test func `thirty deployments are drawn`() throws {
    #expect(forecast.deployments.count == 30)
    try expect(ForecastDrawing(forecast).svg, isGolden: "forecast-30.svg")
  }

  @Test func `thirty deployments are listed as a table`() throws {
    let text = ForecastText(width: 80).text(forecast)
    try expect(text, isGolden: "forecast-30.txt")
    #expect(text.split(separator: "\n").allSatisfy { VisibleText.width(String($0)) <= 80 })
  }

  @Test func `an empty forecast is drawn, too`() {
    let svg = ForecastDrawing(Forecast(from: Self.now)).svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>\n"))
  }
}
