internal import ArgumentParser

/// Values with commas between them, each once.
struct CommaList<Element: ExpressibleByArgument & Hashable>: ExpressibleByArgument {
  let elements: [Element]

  init(_ elements: [Element]) { self.elements = elements }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    elements = words.compactMap { Element(argument: String($0)) }
    guard Set(elements).count == words.count else { return nil }
  }

  var defaultValueDescription: String {
    elements.map(\.defaultValueDescription).joined(separator: ",")
  }
  static var allValueStrings: [String] { Element.allValueStrings }
}
