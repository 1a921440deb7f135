/// A JSON value that is small enough to be kept whole.
indirect enum JSONNode: Sendable {
  case null
  case boolean(Bool)
  case integer(Int)
  case fraction(Double)
  case string(String)
  case array([JSONNode])
  case object([(name: String, value: JSONNode)])

  /// The member of that name; `nil` when this is no object, or the member is missing or null.
  subscript(name: String) -> JSONNode? {
    guard case .object(let members) = self,
      let value = members.first(where: { $0.name == name })?.value
    else { return nil }
    if case .null = value { return nil }
    return value
  }

  /// The value as a message shows it: short, and quoted where it is text.
  var summary: String {
    switch self {
    case .null: "null"
    case .boolean(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .fraction(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let elements): "an array of \(elements.count)"
    case .object(let members): "an object of \(members.count)"
    }
  }
}
