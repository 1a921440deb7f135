import Checkpoint
import LinearAlgebra
import Store
import StudySupport
import TestSupport
import Testing
import Workflows

/// What a range changes, handed on as an adapter and read as PEFT reads it.
@Suite("A range as an adapter")
struct ExportAdapterTests {
  private let directory: TemporaryDirectory

  init() throws { directory = try TemporaryDirectory() }

  /// The first commit is the base's, then come two batches, and the first batch is taken back.
  private func study(_ family: TinyModel.Family) throws -> StudyRepository {
    let model = try TinyModel(family, in: directory)
    let study = try StudyRepository(model)
    let first = try study.commit(file: model.first)
    try study.commit(file: model.second)
    _ = try study.repository.revert(first.commit.id)
    return study
  }

  /// scale · B A of a module, by three loops, from the files alone.
  private func change(_ module: String) throws -> Matrix<Double> {
    let settings = try JSONValue(
      parsing: directory.read("lora/adapter_config.json"), file: "adapter_config.json")
    let rank = try #require(
      settings["rank_pattern"]?[module]?.integer ?? settings["r"]?.integer)
    let alpha = try #require(
      settings["alpha_pattern"]?[module]?.double ?? settings["lora_alpha"]?.double)
    let file = try SafetensorsFile(path: directory["lora/adapter_model.safetensors"])
    func matrix(_ side: String) throws -> Matrix<Double> {
      let view = try #require(file.tensor(named: "base_model.model.\(module).lora_\(side).weight"))
      return Matrix(
        rows: view.shape[0], columns: view.shape[1], try FactorPair.numbers(of: view))
    }
    let (a, b) = try (matrix("A"), matrix("B"))
    try #require(a.rows == rank && b.columns == rank)
    return Matrix(rows: b.rows, columns: a.columns) { i, j in
      alpha / Double(rank) * (0..<rank).reduce(0.0) { $0 + b[i, $1] * a[$1, j] }
    }
  }

  private func apply(_ revision: String, in study: StudyRepository) throws -> CheckpointDirectory {
    let output = directory["at-\(revision.filter(\.isLetter))\(revision.filter(\.isNumber))"]
    _ = try ApplyRevision(in: study.workspace).run(
      study.repository.commitID(RevisionExpression(revision)), output: output, check: .stamp)
    return try CheckpointDirectory(path: output)
  }

  @Test(
    "one end and the adapter are the other end, within the error that is stated",
    arguments: [TinyModel.Family.gptj, .gpt2],
    [
      (from: "HEAD~3", to: "HEAD~1"), (from: "HEAD~1", to: "HEAD~3"), (from: "HEAD~2", to: "HEAD"),
    ])
  func range(family: TinyModel.Family, ends: (from: String, to: String)) throws {
    let study = try study(family)
    let outcome = try ExportAdapter(in: study.workspace).run(
      study.repository.resolve(RevisionExpression("\(ends.from)..\(ends.to)")),
      output: directory["lora"])
    #expect(outcome.modules.count == 2 && outcome.uncorrected.isEmpty)
    let (from, to) = try (apply(ends.from, in: study), apply(ends.to, in: study))
    for entry in from.tensors {
      let name = entry.declaration.name
      let old = try FactorPair.numbers(of: from.tensor(named: name))
      let new = try FactorPair.numbers(of: to.tensor(named: name))
      guard let module = outcome.modules.first(where: { $0.tensor == name }) else {
        #expect(old == new, "\(name)")
        continue
      }
      #expect(old != new && module.relativeError < 1.1e-6)
      let product = try change(module.path)
      let change = family == .gpt2 ? product.transposed : product
      let wrong = zip(zip(old, change.storage), new).reduce(0.0) {
        $0 + ($1.0.0 + $1.0.1 - $1.1) * ($1.0.0 + $1.0.1 - $1.1)
      }.squareRoot()
      // Both ends are stored in float32.
      let size = new.reduce(0) { $0 + $1 * $1 }.squareRoot()
      #expect(abs(change.frobeniusNorm - module.norm) < 1e-5 * module.norm)
      #expect(wrong <= module.relativeError * module.norm + 0x1p-23 * size, "\(name)")
    }
  }
}
