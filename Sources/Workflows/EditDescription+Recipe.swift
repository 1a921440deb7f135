internal import Checkpoint
internal import Delta
internal import Editing
internal import Store
internal import Transformer

/// What a manifest says of how an edit was computed, beside its method's hyperparameters.
extension EditDescription {
  private func text(_ key: String) -> String? {
    if case .string(let text) = hyperparameters[key] { text } else { nil }
  }

  private func ids(_ key: String) -> [EditID] {
    guard case .array(let elements) = hyperparameters[key] else { return [] }
    return elements.compactMap {
      if case .string(let text) = $0 { EditID(hexadecimal: text) } else { nil }
    }
  }

  /// The relative error that its deltas were allowed.
  var precision: Double {
    text("precision").flatMap(Double.init) ?? TensorDelta.defaultPrecision
  }

  /// The rules that it was solved by.
  var rules: SolveRules {
    var rules = SolveRules()
    rules.stop = text("stop").flatMap(StopRule.init)
    rules.sameSubject = text("same_subject").flatMap(SameSubject.init)
    rules.history = text("history").flatMap(HistoryRule.init)
    return rules
  }

  /// The edits of the tree it was computed on that were left out.
  var computedWithout: [EditID] { ids("computed_without") }
  /// The edits beside that tree.
  var computedBeside: [EditID] { ids("computed_beside") }
  /// The edits of that state of which it says facts anew, which it does not protect.
  var supersedes: [EditID] { ids("supersedes") }

  /// Its contexts, in their groups.
  ///
  /// - Throws: ``EditingError`` where there are none.
  func templates() throws -> ContextTemplates {
    var rest = contextTemplates[...]
    var groups: [[String]] = []
    if case .array(let counts) = hyperparameters["context_groups"] {
      for case .integer(let count) in counts {
        let size = min(max(0, Int(count)), rest.count)
        groups.append(Array(rest.prefix(size)))
        rest = rest.dropFirst(size)
      }
    }
    if !rest.isEmpty { groups.append(Array(rest)) }
    return try ContextTemplates(groups: groups)
  }
}

extension EditHistory {
  /// An edit's facts in its own contexts; `nil` where it has none: such an imported edit protects nothing.
  init?(of edit: StoredEdit) throws {
    guard let templates = try? edit.manifest.description.templates() else { return nil }
    self.init(facts: try ListFacts.facts(of: edit).map(\.fact), templates: templates)
  }
}

extension EditHyperparameters {
  /// As the manifest keeps them, with the rules and the state of the solve.
  ///
  /// - Parameter superseded: the edits of which the batch says facts anew.
  func canonicalJSON(
    _ recipe: SolveRecipe, on state: SolveState, superseding superseded: [EditID], groups: [Int]
  ) -> CanonicalJSON.Object {
    let members = json.map { key, value in (key, CanonicalJSON(value)) }
    // Together with the tree that the edit names, these say exactly on which edits it was solved, and which of their
    // facts were free to change.
    let state = [
      ("computed_without", state.excluded.sorted()), ("computed_beside", state.beside.sorted()),
      ("supersedes", superseded.sorted()),
    ].filter { !$0.1.isEmpty }
      .map { ($0, CanonicalJSON.array($1.map { .string($0.hexadecimal) })) }
    let rules = [
      ("history", recipe.rules.history?.rawValue),
      ("same_subject", recipe.rules.sameSubject?.rawValue), ("stop", recipe.rules.stop?.rawValue),
    ].compactMap { name, value in value.map { (name, CanonicalJSON.string($0)) } }
    return .init(
      members + state + rules + [
        ("context_groups", .array(groups.map { .integer(Int64($0)) })),
        ("precision", CanonicalJSON(.number(recipe.precision))),
      ])
  }

  /// What a manifest keeps.
  ///
  /// - Parameter edit: the edit's abbreviated id, for messages.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)``,
  ///   ``WorkflowError/unknownMethod(edit:method:)``, ``WorkflowError/importedEdit(edit:)``.
  init(_ description: EditDescription, of edit: String, for model: ModelArchitecture) throws {
    guard let method = EditMethod(rawValue: description.method) else {
      throw description.provenance == .computed
        ? WorkflowError.unknownMethod(edit: edit, method: description.method)
        : WorkflowError.importedEdit(edit: edit)
    }
    let ours: Set<String> = [
      "computed_beside", "computed_without", "context_groups", "history", "precision",
      "same_subject", "stop", "supersedes",
    ]
    let members = description.hyperparameters.members.filter { !ours.contains($0.name) }
      .map { ($0.name, JSONValue($0.value)) }
    try self.init(of: method, json: .object(JSONObject(members)), file: "edit \(edit)", for: model)
  }
}
