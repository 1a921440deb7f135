/// Into which modules PEFT loads an adapter's factors, as its `check_target_module_exists` decides it (0.21).
///
/// A list names modules, or how their paths end. `target_modules` or `exclude_modules` as one string are a regular
/// expression for the whole path, or `all-linear`: what such a string means is not looked at.
struct AdapterTargets: Sendable, Equatable {
  private let names: [String]?
  private let excluded: [String]
  private let layers: [Int]
  /// What may stand before the number of a layer; anything where it is empty.
  private let layerNames: [String]

  /// Reads the settings.
  ///
  /// - Parameter bad: the error for a setting of another form.
  init(_ members: JSONObject, bad: (String, String) -> AdapterError) throws(AdapterError) {
    func list<Element>(
      _ key: String, _ element: (JSONValue) -> Element?, _ expected: String
    ) throws(AdapterError) -> [Element]? {
      guard let value = members[key], value != .null else { return nil }
      let elements = value.array ?? [value]
      let list = elements.compactMap(element)
      guard list.count == elements.count else { throw bad(key, expected) }
      return list
    }
    func isExpression(_ key: String) -> Bool { members[key]?.string != nil }
    let named = try list("target_modules", \.string, "module names")
    names = isExpression("target_modules") ? nil : named
    let left = try list("exclude_modules", \.string, "module names") ?? []
    excluded = isExpression("exclude_modules") ? [] : left
    layers = try list("layers_to_transform", \.integer, "numbers of layers") ?? []
    layerNames = try list("layers_pattern", \.string, "names") ?? []
    let isNamed = layerNames.allSatisfy { name in
      name.utf8.allSatisfy { byte in
        byte == UInt8(ascii: "_") || UnicodeScalar(byte).properties.isAlphabetic
      }
    }
    guard layers.isEmpty || isNamed else { throw bad("layers_pattern", "names") }
  }

  /// The setting by which PEFT would leave out a module's factors; `nil` where it takes them.
  func setting(leavingOut module: String) -> String? {
    func isMeant(by names: [String]) -> Bool {
      names.contains { module == $0 || module.hasSuffix("." + $0) }
    }
    if isMeant(by: excluded) { return "exclude_modules" }
    // A full path is meant whatever its layer.
    guard let names, !names.contains(module) else { return nil }
    guard isMeant(by: names) else { return "target_modules" }
    guard !layers.isEmpty else { return nil }
    return layer(of: module).map(layers.contains) == true ? nil : "layers_to_transform"
  }

  /// The first number in a path that can be a layer's.
  private func layer(of module: String) -> Int? {
    let parts = module.split(separator: ".", omittingEmptySubsequences: false).dropLast()
    func number(_ index: Int) -> Int? {
      parts[index].utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(parts[index]) : nil
    }
    let names = layerNames.filter { !$0.isEmpty }
    guard !names.isEmpty else {
      return parts.indices.dropFirst(2).lazy.compactMap(number).first
    }
    return names.lazy.flatMap { name in
      parts.indices.dropFirst().lazy.filter { parts[$0 - 1] == name }.compactMap(number)
    }.first
  }
}
