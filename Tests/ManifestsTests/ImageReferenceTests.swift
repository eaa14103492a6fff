import Testing

@testable import Manifests

@Suite struct ImageReferenceTests {
  @Test(arguments: [
    ("Example/Train:1", "example/train:1"), ("ghcr.io/Vision/train:v1.4-RC", "ghcr.io/vision/train:v1.4-RC"),
    ("Train@sha256:" + String(repeating: "A", count: 64), "train@sha256:" + String(repeating: "A", count: 64)),
  ])
  func `a correction keeps tag and digest`(image: String, corrected: String) {
    let flaw = Array(image.utf8).withUnsafeBufferPointer { ImageReference.flaw(in: $0) }
    #expect(flaw?.hint == "write \"\(corrected)\"")
  }
}
