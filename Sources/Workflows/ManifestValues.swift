internal import Checkpoint
internal import Editing
internal import Evaluation
internal import Store
internal import Transformer

extension BatchMeasurement {
  /// As the manifest keeps it: decimal text and counts.
  var json: CanonicalJSON {
    .object(
      .init(
        named.map { name, mean in
          (
            name,
            .object(
              .init([
                ("count", .integer(Int64(mean.count))),
                ("mean", .string(DecimalText.rounded(mean.value).description)),
              ]))
          )
        }))
  }
}

extension EditHyperparameters {
  /// As the manifest keeps them, with the rules and the state of the solve.
  func canonicalJSON(_ recipe: SolveRecipe, on state: SolveState, groups: [Int])
    -> CanonicalJSON.Object
  {
    let members = json.map { key, value in (key, CanonicalJSON(value)) }
    // Together with the tree that the edit names, these say exactly on which edits it was solved.
    let state = [
      ("computed_without", state.excluded.sorted()), ("computed_beside", state.beside.sorted()),
    ].filter { !$0.1.isEmpty }
      .map { ($0, CanonicalJSON.array($1.map { .string($0.hexadecimal) })) }
    let rules = recipe.rules.named.map { ($0.name, CanonicalJSON.string($0.value)) }
    return .init(
      members + state + rules + [
        ("context_groups", .array(groups.map { .integer(Int64($0)) })),
        ("precision", .string(DecimalText.rounded(recipe.precision).description)),
      ])
  }

  /// What a manifest keeps.
  ///
  /// - Parameter edit: the edit's abbreviated id, for messages.
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)``,
  ///   ``WorkflowError/unknownMethod(edit:method:)``.
  init(_ description: EditDescription, of edit: String, for model: ModelArchitecture) throws {
    guard let method = EditMethod(rawValue: description.method) else {
      throw WorkflowError.unknownMethod(edit: edit, method: description.method)
    }
    let ours: Set<String> = [
      "computed_beside", "computed_without", "context_groups", "history", "precision",
      "same_subject", "stop",
    ]
    let members = description.hyperparameters.members.filter { !ours.contains($0.name) }
      .map { ($0.name, JSONValue($0.value)) }
    try self.init(of: method, json: .object(JSONObject(members)), file: "edit \(edit)", for: model)
  }
}

extension SolveRules {
  /// Those that are settled, as the manifest names them.
  fileprivate var named: [(name: String, value: String)] {
    [
      ("history", history?.rawValue), ("same_subject", sameSubject?.rawValue),
      ("stop", stop?.rawValue),
    ].compactMap { name, value in value.map { (name, $0) } }
  }

  /// Those that a manifest has.
  init(_ description: EditDescription) {
    func text(_ key: String) -> String? {
      if case .string(let text) = description.hyperparameters[key] { text } else { nil }
    }
    stop = text("stop").flatMap(StopRule.init)
    sameSubject = text("same_subject").flatMap(SameSubject.init)
    history = text("history").flatMap(HistoryRule.init)
  }
}

extension JSONValue {
  /// A manifest's value, decimal text taken as a number.
  init(_ value: CanonicalJSON) {
    switch value {
    case .object(let object):
      self = .object(JSONObject(object.members.map { ($0.name, JSONValue($0.value)) }))
    case .array(let elements): self = .array(elements.map { JSONValue($0) })
    case .string(let text): self = Double(text).map { .number($0) } ?? .string(text)
    case .integer(let number): self = .integer(Int(number))
    case .boolean(let value): self = .bool(value)
    }
  }
}

extension CanonicalJSON {
  /// A value whose fractions become decimal text.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .string("null")
    case .bool(let value): self = .boolean(value)
    case .integer(let value): self = .integer(Int64(value))
    case .number(let value): self = .string(DecimalText.rounded(value).description)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .array(elements.map { CanonicalJSON($0) })
    case .object(let object):
      self = .object(.init(object.members.map { ($0.key, CanonicalJSON($0.value)) }))
    }
  }
}

extension CanonicalJSON.Object {
  /// What was measured before and after an edit, as its manifest has it; nothing where nothing was asked.
  init(before: [FactMeasurement], after: [FactMeasurement]) {
    self.init(
      after.isEmpty
        ? []
        : [("after", BatchMeasurement(after).json), ("before", BatchMeasurement(before).json)])
  }

  /// The members but one.
  func removing(_ name: String) -> CanonicalJSON.Object {
    .init(members.filter { $0.name != name }.map { ($0.name, $0.value) })
  }
}
