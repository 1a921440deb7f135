import Audit
import Checkpoint
import Delta
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

/// The oracle are the files: the base's and those that `apply` writes, and the edits' own factors.
@Suite("Growth and overlap of edits")
struct GrowthTests {
  /// The elements of a float16 tensor of a checkpoint.
  private func elements(_ tensor: String, in directory: String) throws -> [Double] {
    let checkpoint = try CheckpointDirectory(path: directory)
    let view = try checkpoint.tensor(named: tensor)
    #expect(view.elementType == .float16)
    return (0..<view.shape.reduce(1, *)).map {
      Self.float16(view.bytes.loadUnaligned(fromByteOffset: 2 * $0, as: UInt16.self))
    }
  }

  private static func float16(_ bits: UInt16) -> Double {
    let fraction = Double(bits & 0x3FF) / 1024
    let exponent = Int(bits >> 10 & 0x1F)
    let size =
      exponent == 0
      ? fraction / 16384
      : (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
    return bits >> 15 == 0 ? size : -size
  }

  private func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func factors(_ edit: StoredEdit, _ tensor: String) throws -> (
    left: Matrix<Double>, right: Matrix<Double>
  ) {
    let delta = try TensorDelta(
      payload: edit.delta(of: tensor), limits: PayloadLimits(rows: 160, columns: 640))
    let factors = try #require(delta.factors())
    return (factors.left, factors.right)
  }

  /// An orthonormal basis of some columns, by Gram and Schmidt, twice.
  private func basis(_ matrix: Matrix<Double>) -> [[Double]] {
    var basis: [[Double]] = []
    for column in 0..<matrix.columns {
      var vector = Array(matrix.column(column))
      for _ in 0..<2 {
        for other in basis {
          let part = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
          for i in vector.indices { vector[i] -= part * other[i] }
        }
      }
      let length = norm(vector)
      basis.append(vector.map { $0 / length })
    }
    return basis
  }

  @Test("norms are the written weights', shares the deltas', angles those between the inputs")
  func values() throws {
    let scene = try StudyRepository.fictional()
    let commits = try [scene.commit(0..<3), scene.commit(3..<5)]
    let report = try scene.audit()
    let stack = try scene.repository.stack(at: scene.repository.head().commit)
    let edits = try commits.map { try stack.edit($0.edit) }
    let tensors = [2, 3].map { "transformer.h.\($0).mlp.fc_out.weight" }
    let paths = ["after", "between"].map { scene.directory[$0] }
    for (path, revision) in zip(paths, ["HEAD", "HEAD~1"]) {
      _ = try ApplyRevision(in: scene.workspace).run(
        scene.repository.commitID(RevisionExpression(revision)), output: path, check: .everyByte)
    }
    #expect(report.growth.map(\.tensor) == tensors)
    // The latest commit comes first.
    for (growth, path, own) in [
      (report.growth, paths[0], nil), (report.commits[0].growth, paths[0], edits[1]),
      (report.commits[1].growth, paths[1], edits[0]),
    ] {
      for found in growth {
        let base = try elements(found.tensor, in: EditingKit.fictional.base)
        let change = norm(zip(try elements(found.tensor, in: path), base).map { $0 - $1 })
        #expect(abs(found.norm / change - 1) < 1e-9, "\(found.tensor)")
        #expect(abs(try #require(found.relativeNorm) / (change / norm(base)) - 1) < 1e-9)
        #expect(found.directions == (path == paths[0] ? 5 : 3))
        guard let own else {
          #expect(found.share == nil)
          continue
        }
        let factors = try factors(own, found.tensor)
        let whole = Matrix.product(factors.left, .none, factors.right, .transposed)
        // A manifest has six digits of a norm.
        #expect(abs(try #require(found.share) / (norm(whole.storage) / change) - 1) < 1e-5)
      }
    }

    let overlap = try #require(report.overlap)
    #expect(tensors.contains(overlap.tensor))
    #expect(overlap.names == report.commits.prefix(2).reversed().map { String($0.id.prefix(8)) })
    let spans = try edits.map { basis(try factors($0, overlap.tensor).right) }
    for (i, a) in spans.enumerated() {
      for (j, b) in spans.enumerated() {
        let squares = a.flatMap { u in
          b.map { v in
            let cosine = zip(u, v).reduce(0) { $0 + $1.0 * $1.1 }
            return cosine * cosine
          }
        }.reduce(0, +)
        let expected = squares / Double(min(a.count, b.count))
        #expect(abs(overlap.values[i][j] - expected) < 1e-9, "\(i), \(j)")
      }
    }
    #expect(overlap.values[0][1] > 1e-4 && overlap.values[0][1] < 0.9)
  }

  /// A change below float32's last place, and one above its largest number.
  @Test(
    "an edit of a float64 tensor, which no model computes with, is audited in its own numbers",
    arguments: [[1, 2, 3 + 0x1p-30, 4], [1, 2, 3, 1.5e40]])
  func float64(edited: [Double]) throws {
    let base = [1, 2, 3, edited[3] > 4 ? 1e40 : 4]
    let directory = try TemporaryDirectory()
    let model = try TinyModel(.gpt2, in: directory)
    let source = try CheckpointDirectory(path: Fixture.path("families/gpt2"))
    let own = try source.tensors.map { entry in
      let view = try source.tensor(named: entry.declaration.name)
      return TinySafetensors.Tensor(
        view.name, view.elementType.rawValue, view.shape, [UInt8](view.bytes))
    }
    for (name, numbers) in [("base", base), ("edited", edited)] {
      try directory.write(
        TinySafetensors.file(own + [.init("x", .float64, [2, 2], numbers)]),
        to: "\(name)/model.safetensors")
    }
    try directory.write(source.configurationBytes, to: "edited/config.json")
    let study = try StudyRepository(model)
    _ = try ImportEdit(in: study.workspace).run(
      directory["edited"], facts: nil, message: nil, tool: "test")
    let report = try study.audit()
    #expect(report.commits.map(\.verdict) == [.undeclared, .clean])
    let growth = try #require(report.commits.first?.growth.first)
    let change = norm(zip(edited, base).map { $0 - $1 })
    #expect(growth.tensor == "x" && report.growth.map(\.tensor) == ["x"])
    #expect(abs(growth.norm / change - 1) < 1e-9, "\(growth.norm), \(change)")
    #expect(abs((growth.relativeNorm ?? 0) / (change / norm(base)) - 1) < 1e-9)
  }
}
