internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store

/// The state that a batch is solved on: a stack, less some edits, with others beside it.
struct SolveState {
  let stack: EditStack
  var excluded: Set<EditID> = []
  var extra: [EncodedEdit.Part] = []
  /// The facts behind `extra`.
  var extraHistory: [EditHistory] = []
  /// The ids behind `extra`.
  var beside: [EditID] = []
  /// Those of `extra` that are in the repository.
  private(set) var storedExtra: [StoredEdit] = []

  /// The ids of the edits that are active and in the repository.
  var ids: [EditID] { stack.edits.filter { !excluded.contains($0) } + storedExtra.map(\.id) }

  /// How many facts' keys enter a solve beside its own.
  func protectedCount(_ rules: SolveRules) throws -> Int {
    guard rules.history != .forget else { return 0 }
    return try ids.reduce(0) { try $0 + edit($1).manifest.facts.count }
  }

  /// One of them.
  func edit(_ id: EditID) throws -> StoredEdit {
    try storedExtra.first { $0.id == id } ?? stack.edit(id)
  }

  /// Names the model: weights and configuration of the base, edits and what is beside them. Equal names mean equal
  /// answers.
  ///
  /// - Throws: ``FileFailure`` where a change is on the disk and cannot be read.
  func modelKey(_ base: BaseManifest) throws -> Digest {
    var digest = DigestAccumulator()
    digest.append(Array(base.fingerprint.hexadecimal.utf8))
    digest.append(Array("\(base.configuration?.hexadecimal ?? "none")\n".utf8))
    for id in stack.edits where !excluded.contains(id) {
      digest.append(Array(id.hexadecimal.utf8))
    }
    let beside = try extra.map { "\($0.tensor) \(Digest(of: try $0.payload()))" }.sorted()
    for name in beside { digest.append(Array(name.utf8)) }
    return digest.finish()
  }

  /// Puts an edit that is in the repository beside the stack.
  mutating func add(stored edit: StoredEdit) throws {
    extra += try EncodedEdit(stored: edit).parts
    beside.append(edit.id)
    storedExtra.append(edit)
    if let history = try EditHistory(of: edit) { extraHistory.append(history) }
  }

  /// Puts a solved batch beside the stack.
  mutating func add(_ solution: BatchSolution, _ id: EditID) {
    beside.append(id)
    extra += solution.encoded.parts
    extraHistory.append(
      EditHistory(facts: solution.cases.map(\.fact), templates: solution.templates))
  }
}

extension Workspace {
  /// The answers to some facts on a state.
  func measure(_ cases: [FactCase], on state: SolveState) throws -> [FactMeasurement] {
    guard !cases.isEmpty else { return [] }
    let model = try model(
      at: state.stack, excluding: state.excluded, adding: state.extra)
    return try FactMeter(PromptScorer(model, tokenizer(at: state.stack))).measure(cases)
  }
}
