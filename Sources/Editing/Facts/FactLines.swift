internal import Checkpoint

/// Facts as they are stored: JSON Lines in exactly one way, so that the bytes can be hashed.
///
/// One fact a line, every line ended by a line feed. A line is an object with its keys in the order of
/// their bytes, no space outside strings, text in UTF-8 with only quotes, backslashes and control
/// characters escaped. What a fact does not have is left out. The keys are those of our own form of facts
/// files: stored facts can be given to `commit` again.
package enum FactLines {
  /// The lines of these facts, in this order.
  package static func encode(_ cases: [FactCase]) -> [UInt8] {
    var text = JSONText()
    for factCase in cases {
      text.write(line(factCase))
      text.write(raw: "\n")
    }
    return text.bytes
  }

  /// Reads stored facts; refuses everything that `encode` would write in another way.
  package static func decode(
    _ bytes: [UInt8], file: String
  ) throws(FactsFileError) -> [FactCase] {
    guard !bytes.isEmpty else { return [] }
    let read = try FactsFile(parsing: bytes, file: file)
    let canonical = encode(read.cases)
    guard canonical == bytes else {
      let different = zip(canonical, bytes).prefix { $0 == $1 }
      let line = 1 + different.reduce(0) { $0 + ($1.0 == 0x0A ? 1 : 0) }
      throw .broken(
        file: file, records: [BrokenRecord(place: .line(line), problem: .notCanonical)], count: 1)
    }
    return read.cases
  }

  /// Reads what stored facts say, and passes over the prompts that measure them: for lists and searches. That the lines have the
  /// one form that `encode` writes is not looked at.
  ///
  /// - Throws: ``FactsFileError/broken(file:records:count:)`` that names the line.
  package static func facts(
    _ bytes: UnsafeRawBufferPointer, file: String
  ) throws(FactsFileError) -> [Fact] {
    var facts: [Fact] = []
    var start = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
      start = end + 1
      do throws(FactProblem) {
        facts.append(try fact(line, file: file))
      } catch {
        throw .broken(
          file: file, records: [BrokenRecord(place: .line(facts.count + 1), problem: error)],
          count: 1)
      }
    }
    return facts
  }

  private static func fact(
    _ line: UnsafeRawBufferPointer, file: String
  ) throws(FactProblem) -> Fact {
    var texts: (prompt: String?, subject: String?, new: String?, old: String?, relation: String?)
    var number: Int?
    do throws(JSONError) {
      var reader = JSONReader(line, file: file)
      try reader.beginObject()
      while let key = try reader.nextKey() {
        switch key {
        case "prompt": texts.prompt = try reader.readString()
        case "subject": texts.subject = try reader.readString()
        case "target_new": texts.new = try reader.readString()
        case "target_true": texts.old = try reader.readString()
        case "relation_id": texts.relation = try reader.readString()
        case "case_id": number = try reader.readInteger()
        default: try reader.skipValue()
        }
      }
      try reader.finish()
    } catch {
      throw .json(error)
    }
    guard let prompt = texts.prompt else { throw .missing(field: "prompt", expected: "a text") }
    guard let subject = texts.subject else { throw .missing(field: "subject", expected: "a text") }
    guard let new = texts.new else { throw .missing(field: "target_new", expected: "a text") }
    return try Fact(
      prompt: PromptTemplate(prompt), subject: subject, targetNew: new, targetTrue: texts.old,
      caseID: number, relation: texts.relation)
  }

  private static func line(_ factCase: FactCase) -> JSONValue {
    let fact = factCase.fact
    let companions = factCase.companions
    var members: [(String, JSONValue)] = [
      ("prompt", .string(fact.prompt.text)), ("subject", .string(fact.subject)),
      ("target_new", .string(fact.targetNew)),
    ]
    if let target = fact.targetTrue { members.append(("target_true", .string(target))) }
    if let number = fact.caseID { members.append(("case_id", .integer(number))) }
    if let relation = fact.relation { members.append(("relation_id", .string(relation))) }
    func add(_ key: String, _ prompts: [JSONValue]) {
      if !prompts.isEmpty { members.append((key, .array(prompts))) }
    }
    add("paraphrase_prompts", companions.paraphrases.map { .string($0) })
    add(
      "neighborhood_prompts",
      companions.neighbourhood.map { neighbour in
        guard let target = neighbour.target else { return .string(neighbour.prompt) }
        return .object(
          JSONObject([("prompt", .string(neighbour.prompt)), ("target", .string(target))]))
      })
    add("attribute_prompts", companions.attribute.map { .string($0) })
    add("generation_prompts", companions.generation.map { .string($0) })
    return .object(JSONObject(members))
  }
}
