internal import Checkpoint
internal import Delta
internal import Diagnostics
package import Editing
package import Evaluation
internal import Files
package import Store
internal import Transformer

/// Records an edit that was made elsewhere: `emend import`.
package struct ImportEdit {
  /// What the source was.
  package enum Form: String, Sendable {
    /// A safetensors file of factors.
    case factors
    /// A PEFT LoRA adapter.
    case adapter
    /// An edited checkpoint.
    case checkpoint
  }

  /// What was recorded, and what it does.
  package struct Outcome: Sendable {
    /// The commit.
    package let commit: RecordedCommit
    /// The edit's id.
    package let edit: EditID
    /// What the source was.
    package let form: Form
    /// The facts that accompany it; none for an undeclared edit.
    package let cases: [FactCase]
    /// Each fact before the edit.
    package let before: [FactMeasurement]
    /// Each fact after it, on exactly the weights that `apply` writes.
    package let after: [FactMeasurement]
    /// What the manifest says of each tensor.
    package let tensors: [DeltaRecord.Description]
    /// Bytes of the deltas.
    package let payloadBytes: Int
  }

  private let workspace: Workspace

  /// Imports on the state at `HEAD`.
  package init(in workspace: Workspace) { self.workspace = workspace }

  /// Imports and commits. Nothing is recorded when anything is refused.
  ///
  /// - Parameters:
  ///   - path: a file of factors, the directory of a LoRA adapter, or that of an edited checkpoint.
  ///   - facts: a facts file; without one the edit is recorded as undeclared.
  ///   - message: the commit's; a summary where it is `nil`.
  ///   - precision: the relative error of the stored delta; `nil` for the usual one, and of checkpoints, which are kept
  ///     bit for bit.
  ///   - requirement: what the edit must measure up to, beside the repository's own requirement; without facts
  ///     nothing is measured, and no condition on a metric holds.
  ///   - tool: this program's name and version.
  /// - Throws: ``ImportError``, ``WorkflowError/idleOption(_:circumstance:)``, ``RequirementError``, ``AdapterError``, ``DeltaError``, ``FactsFileError``, ``FactConflictError``,
  ///   ``EvaluationError``,
  ///   what the base and the store throw.
  package func run(
    _ path: String, facts: String?, message: String?, precision asked: Double? = nil,
    requiring requirement: String? = nil, tool: String
  ) throws -> Outcome {
    let form = try Self.form(of: path)
    guard asked == nil || form != .checkpoint else {
      throw WorkflowError.idleOption(
        "--precision", circumstance: "on a checkpoint, which is kept bit for bit")
    }
    let precision = asked ?? TensorDelta.defaultPrecision
    let file = try facts.map { (path: $0, facts: try FactsFile.distinctCases(path: $0)) }
    let cases = file?.facts.cases ?? []
    let repository = workspace.repository
    try repository.checkRecording()
    let gate = try EditGate(of: repository, asking: requirement)
    let head = try repository.head()
    let stack = try repository.stack(at: head.commit)
    if let file {
      try EvaluationData.check(
        cases, at: file.facts.places, of: file.path, workspace.tokenizer(at: stack),
        ModelArchitecture(workspace.base().checkpoint))
    }

    var settings: [(String, CanonicalJSON)] = [("form", .string(form.rawValue))]
    // Changes wait on the disk, so that memory does not follow how many there are.
    let payloads = try PayloadFile(of: repository)
    let parts: [EncodedEdit.Part]
    var digests: [String: Digest] = [:]
    switch form {
    case .factors:
      let file = try SafetensorsFile(path: path)
      let pairs = try FactorPair.all(in: file)
      try Self.refuseAdapterFile(path, pairs)
      parts = try encode(pairs, precision, stack, payloads)
      settings += Self.source(file, precision)
    case .adapter:
      let base = try workspace.base()
      let names = ImportNames(base.manifest)
      let tied = try? ModelArchitecture(base.checkpoint).tiedHead
      let adapter = try AdapterDirectory(path: path) { name in
        let own = names.anyTensor(name)?.name ?? (name == tied?.head ? tied?.embedding : nil)
        return own.flatMap { try? base.checkpoint.tensor(named: $0) }
      }
      if let head = adapter.pairs.first(where: { $0.owner + ".weight" == tied?.head }) {
        throw AdapterError.tiedHead(file: adapter.weights.file.path, module: head.owner)
      }
      parts = try encode(adapter.pairs, precision, stack, payloads)
      settings += Self.source(adapter.weights, precision)
    case .checkpoint:
      (parts, digests) = try ImportCheckpoint(in: workspace, on: stack, payloads).changes(path)
      settings.append(("exact", .boolean(true)))
    }
    let base = try workspace.base().checkpoint
    // What cannot be run as a model can hold edits all the same.
    try (try? ModelArchitecture(base))?.checkEdits(of: parts.map(\.tensor), in: base)
    // A checkpoint's parts are tensors whose bytes differ, and give these back.
    guard try !parts.isEmpty && (form == .checkpoint || changesAnything(parts, stack)) else {
      throw ImportError.changesNothing(source: path, tensors: parts.count)
    }
    var edited = SolveState(stack: stack)
    edited.extra = parts
    let measured = (
      before: try workspace.measure(cases, on: SolveState(stack: stack)),
      after: try workspace.measure(cases, on: edited)
    )
    try gate.check(
      before: measured.before, after: measured.after, tensors: parts.map(\.description))
    return try record(
      parts, digests, form, cases, measured, settings,
      message: message ?? Self.summary(path, cases),
      on: (head, stack), tool: tool)
  }

  // MARK: The source

  private static func form(of path: String) throws -> Form {
    switch try fileKind(at: path) {
    case .regular: return .factors
    case .directory:
      try AdapterDirectory.refuseBoth(at: path)
      return try AdapterDirectory.isThere(at: path) ? .adapter : .checkpoint
    default: throw ImportError.unknownSource(path: path)
    }
  }

  /// Refuses a LoRA's factors beside the settings that say how they are scaled.
  private static func refuseAdapterFile(_ path: String, _ pairs: [FactorPair]) throws {
    let parent = path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
      .joined(separator: "/")
    let directory = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
    guard pairs.contains(where: { $0.form == .lora }),
      try AdapterDirectory.isThere(at: directory)
    else { return }
    throw ImportError.adapterFile(path: path, directory: directory)
  }

  private static func source(
    _ file: SafetensorsFile, _ precision: Double
  ) -> [(String, CanonicalJSON)] {
    [
      ("precision", CanonicalJSON(.number(precision))),
      ("source_sha256", .string(file.file.withBytes { Digest(of: $0) }.hexadecimal)),
    ]
  }

  private func encode(
    _ pairs: [FactorPair], _ precision: Double, _ stack: EditStack, _ payloads: PayloadFile
  ) throws -> [EncodedEdit.Part] {
    let changes = try ImportFactors(workspace.base().manifest).changes(pairs)
    return try changes.enumerated().compactMap { index, change in
      let norm = try weightNorm(change.tensor.name, stack)
      let part = try EncodedEdit.Part(
        change.tensor, change.factors, precision: precision, weightNorm: norm)
      workspace.progress.report(
        ProgressEvent(.encode, done: index + 1, total: changes.count, detail: change.tensor.name))
      return try part?.parked(in: payloads)
    }
  }

  // MARK: What it does

  /// ‖W‖_F of a tensor on the present state.
  private func weightNorm(_ name: String, _ stack: EditStack) throws -> Double {
    let base = try workspace.base()
    let view = try base.checkpoint.tensor(named: name)
    var sum = 0.0
    try StackMaterialiser(stack, base.manifest).write(view) { bytes in
      sum += view.elementType.sumOfSquares(bytes)
    }
    return sum.squareRoot()
  }

  /// Whether any stored weight differs: rounding to the checkpoint's type can swallow a small edit whole.
  private func changesAnything(_ parts: [EncodedEdit.Part], _ stack: EditStack) throws -> Bool {
    let base = try workspace.base()
    let before = try StackMaterialiser(stack, base.manifest)
    let after = try StackMaterialiser(stack, base.manifest, adding: parts)
    return try parts.contains { part in
      let view = try base.checkpoint.tensor(named: part.tensor)
      return try before.digest(view) != after.digest(view)
    }
  }

  // MARK: Recording

  private func record(
    _ parts: [EncodedEdit.Part], _ digests: [String: Digest], _ form: Form, _ cases: [FactCase],
    _ measured: (before: [FactMeasurement], after: [FactMeasurement]),
    _ settings: [(String, CanonicalJSON)], message: String,
    on state: (head: HeadPosition, stack: EditStack), tool: String
  ) throws -> Outcome {
    let description = EditDescription(
      method: "import", hyperparameters: .init(settings),
      provenance: cases.isEmpty ? .undeclared : .imported, computedOn: state.stack.tree,
      measurements: .init(before: measured.before, after: measured.after), tool: tool)
    let commit = StackCommit(in: workspace.repository)
    let (id, payloadBytes) = try EncodedEdit(parts: parts)
      .add(to: commit, description, facts: try Store.FactLines(cases))
    var edited = SolveState(stack: state.stack)
    edited.extra = parts
    let weights = try WeightsFingerprint(of: workspace.base()).trailer(edited, knowing: digests)
    let recorded = try commit.record(
      message, as: .commit, onto: .position(state.head), trailers: [weights])
    return Outcome(
      commit: recorded, edit: id, form: form, cases: cases,
      before: measured.before,
      after: measured.after, tensors: parts.map(\.description),
      payloadBytes: payloadBytes)
  }

  /// "Import lora-capitals: 3 facts".
  private static func summary(_ path: String, _ cases: [FactCase]) -> String {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let facts = cases.count == 1 ? "1 fact" : "\(cases.count) facts"
    return cases.isEmpty ? "Import \(name) (undeclared)" : "Import \(name): \(facts)"
  }
}
