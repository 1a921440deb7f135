import Checkpoint
import Delta
import Diagnostics
import Files
import LinearAlgebra
import Store
import TestSupport
import Testing
import Workflows

/// Edits made elsewhere, on the small GPT-J model: recorded, applied, handed on.
@Suite struct ImportEditTests {
  private static let weight = "transformer.h.3.mlp.fc_out.weight"  // [160, 640], float16
  private static let square = "transformer.h.3.attn.out_proj.weight"  // [160, 160]

  private let directory: TemporaryDirectory
  private let workspace: Workspace

  init() throws {
    directory = try TemporaryDirectory()
    let made = try InitialiseRepository().run(
      in: directory.path, basePath: Fixture.path("fictional/model"), named: "fictional",
      GitEnvironment(
        variables: CleanEnvironment.variables(home: directory.path).merging([
          "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A",
          "GIT_COMMITTER_EMAIL": "a@example.org",
        ]) { $1 }), threads: 1, progress: NoProgress())
    workspace = Workspace(
      made.repository, workers: Workers(1), memory: 1 << 28, progress: NoProgress())
  }

  private func factors(_ seed: UInt64, _ rows: Int, _ rank: Int) -> [Double] {
    var random = SeededGenerator(seed: seed)
    return (0..<rows * rank).map { _ in Double.random(in: -0.1...0.1, using: &random) }
  }

  private func write(_ tensors: [TinySafetensors.Tensor]) throws -> String {
    try directory.write(TinySafetensors.file(tensors), to: "factors.safetensors")
  }

  private func run(_ path: String) throws -> ImportEdit.Outcome {
    let isCheckpoint =
      try fileKind(at: path) == .directory && !AdapterDirectory.isThere(at: path)
    return try ImportEdit(in: workspace).run(
      path, facts: nil, message: nil, precision: isCheckpoint ? nil : 1e-5, tool: "test")
  }

  private func apply(_ name: String, as type: ElementType? = nil) throws -> String {
    _ = try ApplyRevision(in: workspace).run(
      workspace.repository.head().commit, output: directory[name], as: type, check: .stamp)
    return directory[name]
  }

  private func numbers(_ tensor: String, in checkpoint: String) throws -> [Double] {
    try FactorPair.numbers(of: CheckpointDirectory(path: checkpoint).tensor(named: tensor))
  }

  /// The largest distance of a tensor's change from left · right, row-major.
  private func distance(
    _ tensor: String, _ product: (Int) -> Double
  ) throws -> Double {
    let old = try numbers(tensor, in: Fixture.path("fictional/model"))
    let new = try numbers(tensor, in: apply("out-\(tensor)", as: .float32))
    return old.indices.reduce(0) { max($0, abs(new[$1] - old[$1] - product($1))) }
  }

  @Test("left and right of the tensor's transpose, as MEMIT has them, end up the right way round")
  func sides() throws {
    let (left, right) = (factors(1, 640, 2), factors(2, 160, 2))
    let path = try write([
      .init("\(Self.weight).left", .float32, [640, 2], left),
      .init("\(Self.weight).right", .float32, [160, 2], right),
    ])
    let outcome = try run(path)
    #expect(outcome.tensors.map(\.kind) == [.lowRank(rank: 2)])
    let distance = try distance(Self.weight) { index in
      let (i, j) = (index / 640, index % 640)
      return (0..<2).reduce(0) { $0 + right[2 * i + $1] * left[2 * j + $1] }
    }
    #expect(distance < 1e-6)
  }

  @Test("left and right of a square tensor are taken as they stand")
  func squareSides() throws {
    let (left, right) = (factors(1, 160, 1), factors(2, 160, 1))
    _ = try run(
      write([
        .init("\(Self.square).left", .float32, [160], left),
        .init("\(Self.square).right", .float32, [160], right),
      ]))
    #expect(try distance(Self.square) { left[$0 / 160] * right[$0 % 160] } < 1e-6)
  }

  @Test("R C and plain LoRA pairs are taken in, with or without the body's name before theirs")
  func otherForms() throws {
    let (r, c) = (factors(1, 160, 2), factors(2, 2, 640))
    let module = "h.4.mlp.fc_out"
    let outcome = try run(
      write(
        [
          .init("h.3.mlp.fc_out.weight/R", .float32, [160, 2], r),
          .init("h.3.mlp.fc_out.weight/C", .float32, [2, 640], c),
          .init("base_model.model.\(module).lora_A.weight", .bfloat16, [2, 640], c),
          .init("base_model.model.\(module).lora_B.weight", .float16, [160, 2], r),
        ]))
    #expect(
      outcome.tensors.map(\.tensor) == ["transformer.\(module).weight", Self.weight])
    #expect(outcome.cases.isEmpty)
    let distance = try distance(Self.weight) { index in
      let (i, j) = (index / 640, index % 640)
      return (0..<2).reduce(0) { $0 + r[2 * i + $1] * c[640 * $1 + j] }
    }
    #expect(distance < 1e-6)
  }

  @Test("an undeclared edit says so, and can be reverted to the tree that was before")
  func undeclared() throws {
    let before = try workspace.repository.stack(at: workspace.repository.head().commit).tree
    let outcome = try run(
      write([
        .init("\(Self.weight)/R", .float32, [160, 1], factors(1, 160, 1)),
        .init("\(Self.weight)/C", .float32, [1, 640], factors(2, 1, 640)),
      ]))
    let stack = try workspace.repository.stack(at: outcome.commit.id)
    #expect(try stack.edit(outcome.edit).manifest.description.provenance == .undeclared)
    _ = try workspace.repository.removeEdit(outcome.edit, message: "take it out")
    #expect(
      try workspace.repository.stack(at: workspace.repository.head().commit).tree == before)
  }

  @Test("names, extents and changes that do not fit are refused, and nothing is recorded")
  func refusals() throws {
    let head = try workspace.repository.head().commit
    func refusal(
      _ name: String, _ rows: Int, _ columns: Int, _ scale: Double = 1
    ) throws -> (any Error)? {
      let file = try write([
        .init("\(name)/R", .float32, [rows, 1], factors(1, rows, 1).map { $0 * scale }),
        .init("\(name)/C", .float32, [1, columns], factors(2, 1, columns)),
      ])
      return #expect(throws: (any Error).self) { try run(file) }
    }
    let unknown = try refusal("transformer.h.99.mlp.fc_out.weight", 160, 640) as? ImportError
    if case .unknownTensor = unknown {} else { Issue.record("not an unknown tensor") }
    for (rows, columns) in [(640, 160), (160, 641)] {
      let turned = try refusal(Self.weight, rows, columns) as? ImportError
      if case .wrongExtents(_, _, Self.weight, _, [160, 640]) = turned {
      } else {
        Issue.record("not extents: \(rows), \(columns)")
      }
    }
    let small = try refusal(Self.weight, 160, 640, 1e-9) as? DeltaError
    if case .changeBelowGrid = small {} else { Issue.record("not too small") }
    let large = try refusal(Self.weight, 160, 640, 1e7) as? WorkflowError
    if case .overflow(Self.weight, "F16") = large {} else { Issue.record("not an overflow") }
    #expect(throws: (any Error).self) { try run(directory["nothing-there"]) }
    #expect(
      throws: ImportError.changesNothing(source: Fixture.path("fictional/model"), tensors: 0)
    ) { try run(Fixture.path("fictional/model")) }
    #expect(try workspace.repository.head().commit == head)
  }

  @Test("a checkpoint comes back bit for bit, over other edits, and without them the rest stays")
  func checkpoint() throws {
    _ = try run(
      write([
        .init("\(Self.weight)/R", .float32, [160, 1], factors(1, 160, 1)),
        .init("\(Self.weight)/C", .float32, [1, 640], factors(2, 1, 640)),
      ]))
    let edited = try apply("edited")
    _ = try workspace.repository.removeEdit(
      #require(workspace.repository.stack(at: workspace.repository.head().commit).edits.first),
      message: "take it out")
    _ = try run(
      write([
        .init("\(Self.weight)/R", .float32, [160, 2], factors(3, 160, 2)),
        .init("\(Self.weight)/C", .float32, [2, 640], factors(4, 2, 640)),
      ]))
    _ = try run(edited)
    let again = try apply("again")
    for entry in try CheckpointDirectory(path: edited).tensors {
      let name = entry.declaration.name
      let wanted = try CheckpointDirectory(path: edited).tensor(named: name)
      let found = try CheckpointDirectory(path: again).tensor(named: name)
      #expect(found.bytes.elementsEqual(wanted.bytes), "\(name)")
    }
    let report = try CheckRepository(workspace.repository).run(progress: NoProgress())
    #expect(report.findings.isEmpty)
  }

  @Test("what a checkpoint is recorded as over many large changes does not depend on the threads")
  func threads() throws {
    let edited = try apply(
      "edited",
      after: write([
        .init("\(Self.weight)/R", .float32, [160, 1], factors(1, 160, 1)),
        .init("\(Self.weight)/C", .float32, [1, 640], factors(2, 1, 640)),
      ]))
    // So many that not all fit into the memory that the sums of one tensor may take.
    var random = SeededGenerator(seed: 7)
    let commit = StackCommit(in: workspace.repository)
    let tree = try workspace.repository.stack(at: workspace.repository.head().commit).tree
    let tensor = try #require(workspace.base().manifest.tensor(named: Self.weight))
    let grid = try FixedPointGrid(exponent: #require(tensor.gridExponent))
    for _ in 0..<34 {
      let delta = try DenseDelta(
        gridIntegers: (0..<160 * 640).map { _ in
          Int64.random(in: -(1 << 33)...1 << 33, using: &random)
        }, rows: 160, columns: 640, grid: grid)
      let writer = commit.newEdit()
      try writer.add(
        delta: DeltaRecord.Description(
          tensor: Self.weight, kind: .dense, shape: [160, 640], relativeError: .rounded(0),
          keyError: nil, norm: .rounded(delta.frobeniusNorm()), weightNorm: nil),
        payload: delta.payload())
      _ = try commit.add(
        writer,
        EditDescription(
          method: "noise", provenance: .undeclared, computedOn: tree, tool: "test"),
        facts: Store.FactLines([]))
    }
    let below = try commit.record("Noise", as: .commit, onto: .head(expecting: nil)).id
    let trees = try [1, 4].map { threads in
      try workspace.repository.reset(to: below)
      let workspace = Workspace(
        workspace.repository, workers: Workers(threads), memory: 1 << 28, progress: NoProgress())
      let outcome = try ImportEdit(in: workspace).run(
        edited, facts: nil, message: nil, tool: "test")
      return try workspace.repository.commit(outcome.commit.id).tree
    }
    #expect(trees[0] == trees[1])
  }

  /// A checkpoint with an edit that is not in history any more.
  private func apply(_ name: String, after path: String) throws -> String {
    let head = try workspace.repository.head().commit
    _ = try run(path)
    let directory = try apply(name)
    try workspace.repository.reset(to: head)
    return directory
  }

  @Test("an adapter that was handed on and taken in again changes the weights in the same way")
  func adapter() throws {
    for seed: UInt64 in [1, 5] {
      _ = try run(
        write([
          .init("\(Self.weight)/R", .float32, [160, 2], factors(seed, 160, 2)),
          .init("\(Self.weight)/C", .float32, [2, 640], factors(seed + 1, 2, 640)),
        ]))
    }
    let head = try workspace.repository.head().commit
    let outcome = try ExportAdapter(in: workspace).run(.commit(head), output: directory["lora"])
    #expect(outcome.modules.map(\.path) == ["transformer.h.3.mlp.fc_out"])
    #expect(outcome.modules.map(\.rank) == [4])
    let wanted = try numbers(Self.weight, in: apply("wanted", as: .float32))
    for edit in try workspace.repository.stack(at: head).edits {
      _ = try workspace.repository.removeEdit(edit, message: "take it out")
    }
    _ = try run(directory["lora"])
    let found = try numbers(Self.weight, in: apply("found", as: .float32))
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
