package import Editing
package import Transformer

/// Measures records of a data set with one model, many at once.
package struct RecordMeter {
  private let model: DecoderModel
  private let tokenizer: BytePairTokenizer
  private let rule: GenerationRule

  /// Measures a model.
  package init(_ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ rule: GenerationRule) {
    self.model = model
    self.tokenizer = tokenizer
    self.rule = rule
  }

  /// What a limit of memory leaves for texts beside the running model.
  ///
  /// - Parameter longest: the tokens of the longest prompt with its object.
  /// - Throws: ``EditingError/notEnoughMemory(limit:needed:work:)`` where prompts, or one text, do not fit.
  package static func textBytes(
    within limit: Int, _ model: DecoderModel, _ rule: GenerationRule, longest: Int
  ) throws(EditingError) -> Int {
    try MemoryPlan(limit: limit, model).remainder(
      running: PromptScorer.batchTokens, longest: longest,
      keeping: rule.every > 0 ? TextWriter.bytes(ofTextBy: model.architecture) : 0)
  }

  /// The metrics of some records, in the order of `indices`.
  ///
  /// - Throws: ``TransformerError``.
  package func measure(_ data: EvaluationData, _ indices: [Int]) throws -> [RecordMetrics] {
    let measured = try FactMeter(PromptScorer(model, tokenizer)).measure(
      indices.map { data.cases[$0] })
    var metrics = measured.map { RecordMetrics($0) }
    let writing = indices.indices.filter { rule.writes(for: indices[$0], of: data) }
    guard !writing.isEmpty else { return metrics }
    var beginnings: [String] = []
    var numbers: [UInt64] = []
    for place in writing {
      for (number, prompt) in data.cases[indices[place]].companions.generation.enumerated() {
        beginnings.append(prompt)
        numbers.append(UInt64(indices[place]) << 16 | UInt64(number))
      }
    }
    var texts = try TextWriter(
      model, tokenizer, seed: rule.seed, bytes: rule.bytes
    ).texts(beginnings, numbers: numbers)[...]
    for place in writing {
      let index = indices[place]
      let count = data.cases[index].companions.generation.count
      let own = Array(texts.prefix(count))
      texts = texts.dropFirst(count)
      metrics[place][.entropy] = TextEntropy.mean(of: own)
      metrics[place][.reference] = rule.references?.score(
        own, relation: data.cases[index].fact.relation, object: data.objectIDs[index])
    }
    return metrics
  }
}
