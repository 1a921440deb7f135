internal import Editing
internal import Store

/// A subject and prompt to which the two sides of a merge give different objects.
package struct MergeConflict: Sendable {
  /// What both are about.
  package let subject: String
  /// What both ask, with `{}` for the subject.
  package let prompt: String
  /// The objects on the branch that is merged into.
  package let ours: [String]
  /// The objects on the branch that is merged.
  package let theirs: [String]
  /// The facts, of both sides.
  let facts: [StackDifference.Fact]
  private let oursCount: Int

  /// Which of the facts stay.
  package enum Choice: Sendable, Equatable {
    /// Those of the branch that is merged into.
    case ours
    /// Those of the branch that is merged.
    case theirs
    /// Those with this object, whatever side they are on.
    case object(String)
  }

  /// The facts that a choice takes out.
  func losers(_ choice: Choice) throws -> [StackDifference.Fact] {
    switch choice {
    case .ours: Array(facts[oursCount...])
    case .theirs: Array(facts[..<oursCount])
    case .object(let object):
      try facts.filter { try Self.fact($0).targetNew.collapsed != object.collapsed }
    }
  }

  /// What it is about, as conflicts are told apart.
  var question: FactQuestion { FactQuestion(subject: subject, prompt: prompt) }

  /// In one line.
  package var line: String {
    let filled = PromptTemplate.filling(prompt, with: subject)
    func list(_ objects: [String]) -> String {
      objects.map { "'\($0)'" }.joined(separator: ", ")
    }
    return "\(filled): ours \(list(ours)), theirs \(list(theirs))"
  }

  /// The conflicts of a plan, each once, in the order in which they were found.
  static func all(in pairs: [FactConflict]) throws -> [MergeConflict] {
    var order: [FactQuestion] = []
    var sides: [FactQuestion: (ours: [StackDifference.Fact], theirs: [StackDifference.Fact])] = [:]
    for pair in pairs {
      let question = FactQuestion(try fact(pair.ours))
      if sides[question] == nil { order.append(question) }
      var found = sides[question] ?? ([], [])
      if !found.ours.contains(pair.ours) { found.ours.append(pair.ours) }
      if !found.theirs.contains(pair.theirs) { found.theirs.append(pair.theirs) }
      sides[question] = found
    }
    return try order.map { question in
      let (ours, theirs) = sides[question] ?? ([], [])
      let first = try fact((ours + theirs)[0])
      return MergeConflict(
        subject: first.subject, prompt: first.prompt.text, ours: try objects(ours),
        theirs: try objects(theirs), facts: ours + theirs, oursCount: ours.count)
    }
  }

  /// Facts of one subject and prompt with different objects, one from each side.
  static func pairs(
    _ ours: [StackDifference.Fact], _ theirs: [StackDifference.Fact]
  ) throws -> [FactConflict] {
    var known: [FactQuestion: [(object: String, fact: StackDifference.Fact)]] = [:]
    for entry in ours {
      let fact = try fact(entry)
      known[FactQuestion(fact), default: []].append((fact.targetNew.collapsed, entry))
    }
    return try theirs.flatMap { entry in
      let fact = try fact(entry)
      let object = fact.targetNew.collapsed
      return (known[FactQuestion(fact)] ?? []).filter { $0.object != object }
        .map { FactConflict(ours: $0.fact, theirs: entry) }
    }
  }

  private static func objects(_ facts: [StackDifference.Fact]) throws -> [String] {
    var objects: [String] = []
    for entry in facts {
      let object = try fact(entry).targetNew
      if !objects.contains(where: { $0.collapsed == object.collapsed }) { objects.append(object) }
    }
    return objects
  }

  private static func fact(_ entry: StackDifference.Fact) throws -> Fact {
    try ListFacts.fact(ofLine: entry.line, of: entry.edit)
  }
}
