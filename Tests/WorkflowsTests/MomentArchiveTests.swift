import Checkpoint
import Editing
import LinearAlgebra
import TestSupport
import Testing
import Workflows

@Suite("Second moments on disk")
struct MomentArchiveTests {
  @Test("a null space that the cache has is that of the same moment and threshold")
  func nullSpaces() throws {
    let directory = try TemporaryDirectory()
    let order = 6
    let file = try directory.write(
      TinySafetensors.file(
        [1, 2].map { layer in
          TinySafetensors.Tensor(
            "cov.\(layer)", .float32, [order, order],
            (0..<order * order).map { $0 % (order + 1) == 0 ? Double($0 / order + layer) : 0 })
        }), to: "moments.safetensors")
    // Eigenvalues from the layer on, in steps of one: null spaces, and complements that are smaller.
    for _ in ["computed", "from the cache"] {
      let archive = try MomentArchive(path: file, innerWidth: order, cache: directory["cache"])
      for (layer, threshold) in [(1, 1.5), (1, 5.5), (2, 5.5), (1, 2.5)] {
        let found = try archive.nullSpace(layer: layer, threshold: threshold)
        #expect(
          try found
            == NullSpace(of: archive.matrix(layer: layer), threshold: threshold, layer: layer),
          "\(layer), \(threshold)")
      }
      let entries = try contents(of: directory["cache"]).keys.filter {
        $0.contains("/nullspace/") && !$0.hasSuffix("/")
      }
      #expect(entries.count == 4, "\(entries)")
    }
  }
}
