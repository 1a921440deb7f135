internal import Checkpoint
internal import Editing
internal import Evaluation
package import Store
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

extension CanonicalJSON.Object {
  /// What a manifest's measurements hold of one side, `before` or `after` the edit: means, and over how many records.
  package func measured(_ side: String) -> [(name: String, mean: Double, count: Int)] {
    guard case .object(let all) = self[side] else { return [] }
    return all.members.compactMap { member in
      guard case .object(let value) = member.value, case .string(let mean) = value["mean"],
        case .integer(let count) = value["count"], let number = Double(mean)
      else { return nil }
      return (member.name, number, Int(count))
    }
  }
}

extension JSONValue {
  /// A manifest's value, decimal text taken as a number.
  init(_ value: CanonicalJSON) {
    switch value {
    case .object(let object):
      self = .object(JSONObject(object.members.map { ($0.name, JSONValue($0.value)) }))
    case .array(let elements): self = .array(elements.map { JSONValue($0) })
    case .string(let text): self = DecimalText(text).map { .number($0.value) } ?? .string(text)
    case .integer(let number): self = .integer(Int(number))
    case .boolean(let value): self = .bool(value)
    }
  }
}

extension CanonicalJSON {
  /// A value whose fractions become the decimal text that reads back as the same number: an edit that is solved again
  /// is solved with what it was solved with.
  init(_ value: JSONValue) {
    switch value {
    case .null: self = .string("null")
    case .bool(let value): self = .boolean(value)
    case .integer(let value): self = .integer(Int64(value))
    case .number(let value): self = .string("\(DecimalText(value) ?? .rounded(value))")
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
