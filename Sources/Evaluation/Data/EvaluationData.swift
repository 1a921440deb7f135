package import Checkpoint
package import Editing
package import Transformer

/// Records to measure with: read, cut to the ones that are wanted, free of contradictions.
package struct EvaluationData: Sendable {
  /// Which records of a file.
  package enum Selection: Sendable, Equatable {
    case all
    /// So many from the beginning.
    case first(Int)
    /// So many at the end.
    case last(Int)
  }

  /// A record that contradicts an earlier one and was left out.
  package struct LeftOut: Sendable, Equatable {
    /// Where it stands.
    package let place: FactPlace
    /// The fact.
    package let fact: Fact
    /// Where the earlier one stands.
    package let contradicts: FactPlace
    /// The earlier one's object.
    package let object: String
  }

  /// The file.
  package let file: String
  /// The records.
  package let cases: [FactCase]
  /// Where each stands in the file.
  package let places: [FactPlace]
  /// What the data set calls each new object.
  package let objectIDs: [String?]
  /// Records that were left out, by the conflict filter.
  package let leftOut: [LeftOut]
  /// Records with a neighborhood prompt in which the subject occurs, such as "Norway" in a prompt about
  /// Denmark-Norway. They count, as in the released program.
  package let sharedSubjects: [FactPlace]

  /// Reads a file of facts.
  ///
  /// - Throws: ``FactsFileError``; ``EvaluationError/tooFewRecords(file:asked:found:)``;
  ///   ``EvaluationError/neighborIsOwnPrompt(file:place:prompt:subject:)``.
  package init(
    path: String, _ selection: Selection = .all, notAbout subjects: Set<String> = []
  ) throws {
    try self.init(FactsFile(path: path), file: path, selection, notAbout: subjects)
  }

  /// Takes records of a file that was read.
  ///
  /// - Parameter subjects: whose facts are passed over before any are counted.
  package init(
    _ facts: FactsFile, file: String, _ selection: Selection = .all,
    notAbout subjects: Set<String> = []
  ) throws {
    let eligible = facts.cases.indices.filter { !subjects.contains(facts.cases[$0].fact.subject) }
    let selected = eligible[try Self.range(of: selection, among: eligible.count, file)]
    let filter = ContradictionFilter(selected.map { facts.cases[$0].fact })
    let kept = filter.kept.map { selected[selected.startIndex + $0] }
    self.file = file
    cases = kept.map { facts.cases[$0] }
    places = kept.map { facts.places[$0] }
    objectIDs = kept.map { facts.objectIDs[$0] }
    leftOut = filter.leftOut.map {
      let own = selected[selected.startIndex + $0.index]
      let earlier = selected[selected.startIndex + $0.contradicts]
      return LeftOut(
        place: facts.places[own], fact: facts.cases[own].fact,
        contradicts: facts.places[earlier], object: facts.cases[earlier].fact.targetNew)
    }
    try Self.checkNeighbours(of: cases, places, file)
    sharedSubjects = zip(cases, places).filter { factCase, _ in
      factCase.companions.neighbourhood.contains { $0.prompt.contains(factCase.fact.subject) }
    }.map(\.1)
  }

  private static func checkNeighbours(
    of cases: [FactCase], _ places: [FactPlace], _ file: String
  ) throws(EvaluationError) {
    for (factCase, place) in zip(cases, places) {
      let own = Set([factCase.fact.filledPrompt] + factCase.companions.paraphrases)
      let neighbours = factCase.companions.neighbourhood.map(\.prompt)
      if let prompt = neighbours.first(where: own.contains) {
        throw .neighborIsOwnPrompt(
          file: file, place: place, prompt: prompt, subject: factCase.fact.subject)
      }
    }
  }

  /// The same checks of facts that are edited and measured, of which no texts are written.
  ///
  /// - Throws: ``EvaluationError/neighborIsOwnPrompt(file:place:prompt:subject:)``, and as ``check(_:_:)``.
  package static func check(
    _ cases: [FactCase], at places: [FactPlace], of file: String, _ tokenizer: BytePairTokenizer,
    _ model: ModelArchitecture
  ) throws(EvaluationError) {
    try checkNeighbours(of: cases, places, file)
    _ = try checkTexts(of: cases, places, file, tokenizer, model, writing: false)
  }

  private static func range(
    of selection: Selection, among count: Int, _ file: String
  ) throws(EvaluationError) -> Range<Int> {
    switch selection {
    case .all: return 0..<count
    case .first(let asked), .last(let asked):
      guard asked <= count else {
        throw .tooFewRecords(file: file, asked: asked, found: count)
      }
      return selection == .first(asked) ? 0..<asked : count - asked..<count
    }
  }

  /// Names the records: equal digests mean equal records in equal order.
  package var digest: Digest { Digest(of: FactLines.encode(cases)) }

  /// Throws where a text has no tokens or does not fit into the model, naming record and field.
  ///
  /// - Returns: the tokens of the longest prompt with its object.
  /// - Throws: ``EvaluationError/noTokens(file:place:field:text:)``,
  ///   ``EvaluationError/tooLong(file:place:field:tokens:limit:)``.
  @discardableResult
  package func check(
    _ tokenizer: BytePairTokenizer, _ model: ModelArchitecture
  ) throws(EvaluationError) -> Int {
    try Self.checkTexts(of: cases, places, file, tokenizer, model, writing: true)
  }

  private static func checkTexts(
    of cases: [FactCase], _ places: [FactPlace], _ file: String, _ tokenizer: BytePairTokenizer,
    _ model: ModelArchitecture, writing: Bool
  ) throws(EvaluationError) -> Int {
    var longest = 0
    for (factCase, place) in zip(cases, places) {
      let fact = factCase.fact
      func tokens(_ text: String, _ field: String) throws(EvaluationError) -> Int {
        let count = tokenizer.encodeContinuation(Fact.continuation(text)).count
        // A space alone says nothing, though it can be a token.
        guard count > 0, text.contains(where: { !$0.isWhitespace }) else {
          throw .noTokens(file: file, place: place, field: field, text: text)
        }
        return count
      }
      func fits(_ prompt: String, _ field: String, before target: Int) throws(EvaluationError) {
        let count = tokenizer.encode(prompt, specialTokens: .prompt).count
        guard count > 0 else {
          throw .noTokens(file: file, place: place, field: field, text: prompt)
        }
        guard count + target - 1 <= model.positionLimit else {
          throw .tooLong(
            file: file, place: place, field: field, tokens: count + target - 1,
            limit: model.positionLimit)
        }
        longest = max(longest, count + target - 1)
      }
      let new = try tokens(fact.targetNew, "target_new")
      let old =
        if let known = fact.targetTrue { try tokens(known, "target_true") } else { 0 }
      try fits(fact.filledPrompt, "prompt", before: max(new, old))
      for prompt in factCase.companions.paraphrases {
        try fits(prompt, "paraphrase_prompts", before: max(new, old))
      }
      for neighbour in factCase.companions.neighbourhood {
        let own =
          if let target = neighbour.target { try tokens(target, "neighborhood_prompts") } else {
            old
          }
        try fits(neighbour.prompt, "neighborhood_prompts", before: max(new, own, 1))
      }
      for prompt in writing ? factCase.companions.generation : [] {
        try fits(prompt, "generation_prompts", before: 1)
      }
    }
    return longest
  }
}
