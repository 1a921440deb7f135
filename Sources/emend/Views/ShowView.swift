internal import Editing
internal import Store
internal import Workflows

/// What `show` says.
struct ShowView: View {
  struct Document: Encodable {
    struct Change: Encodable {
      let kind: String
      let edit: String
      let method: String
      let provenance: String
      let tool: String
      let facts: [FactDocument]
      let tensors: [Tensor]
      let payloadBytes: Int
      let manifest: String
    }
    struct Tensor: Encodable {
      let name: String
      let rank: Int?
      let norm: Double
      let weightNorm: Double?
      let relativeError: Double
      let keyError: Double?
      let bytes: Int
    }
    let commit: String
    let tree: String
    let author: String
    let email: String
    let time: String
    let message: String
    let note: String?
    let changes: [Change]
  }

  private let description: DescribeCommit.Description

  init(_ description: DescribeCommit.Description) { self.description = description }

  var document: Document {
    let commit = description.commit.commit
    return Document(
      commit: description.commit.id.hexadecimal, tree: commit.tree.hexadecimal,
      author: commit.author.name, email: commit.author.email, time: commit.author.time.iso8601,
      message: commit.message, note: description.note,
      changes: description.changes.map { change in
        let said = change.manifest.description
        return .init(
          kind: change.kind.rawValue, edit: change.id.hexadecimal, method: said.method,
          provenance: said.provenance.rawValue, tool: said.tool,
          facts: change.facts.map { FactDocument($0.fact) },
          tensors: change.manifest.deltas.map { Self.tensor($0) },
          payloadBytes: change.manifest.payloadByteCount,
          manifest: String(decoding: change.manifest.json.bytes, as: UTF8.self))
      })
  }

  private static func tensor(_ record: DeltaRecord) -> Document.Tensor {
    .init(
      name: record.tensor, rank: rank(record), norm: record.description.norm.value,
      weightNorm: record.description.weightNorm?.value,
      relativeError: record.description.relativeError.value,
      keyError: record.description.keyError?.value, bytes: record.byteCount)
  }

  private static func rank(_ record: DeltaRecord) -> Int? {
    if case .lowRank(let rank) = record.description.kind { rank } else { nil }
  }

  func write(to page: Page) {
    LogView.heading(of: description.commit, names: "", to: page)
    page.paragraph(description.commit.commit.message, indented: 4)
    if let note = description.note {
      page.line("Notes:")
      page.paragraph(note, indented: 4)
    }
    for change in description.changes {
      page.line()
      let role: TextRole = change.kind == .added ? .added : .removed
      page.line(
        "\("\(change.kind == .added ? "+" : "-") edit \(change.id.abbreviated)", role) "
          + "\(change.manifest.description.method), "
          + "\(Figures.count(change.facts.count, "fact")), "
          + "\(Figures.bytes(change.manifest.payloadByteCount))")
      writeMeasurements(change.manifest, to: page)
      var table = Table([
        .init("  tensor"), .init("rank", .right), .init("norm", .right),
        .init("of weight", .right), .init("error", .right), .init("size", .right),
      ])
      for record in change.manifest.deltas {
        let tensor = Self.tensor(record)
        table.add([
          "  \(tensor.name)", "\(tensor.rank.map(String.init) ?? "dense")",
          "\(Figures.significant(tensor.norm, digits: 4))",
          "\(tensor.weightNorm.flatMap { $0 > 0 ? Figures.percentage(tensor.norm / $0) : nil } ?? "–")",
          "\(Figures.significant(tensor.relativeError, digits: 2))",
          "\(Figures.bytes(tensor.bytes))",
        ])
      }
      page.table(table)
      page.line()
      for factCase in change.facts { page.line("  \(FactsView.line(factCase.fact))") }
    }
  }

  private func writeMeasurements(_ manifest: EditManifest, to page: Page) {
    let measured = manifest.description.measurements
    func metrics(_ key: String) -> [(name: String, mean: Double, count: Int)] {
      guard case .object(let all) = measured[key] else { return [] }
      return all.members.compactMap { member in
        guard case .object(let value) = member.value, case .string(let mean) = value["mean"],
          case .integer(let count) = value["count"], let number = Double(mean)
        else { return nil }
        return (member.name, number, Int(count))
      }
    }
    MeasurementTable(
      before: Dictionary(metrics("before").map { ($0.name, $0.mean) }) { first, _ in first },
      after: metrics("after")
    ).write(to: page)
  }
}

/// A fact in a JSON document.
struct FactDocument: Encodable {
  let prompt: String
  let subject: String
  let targetNew: String
  let targetTrue: String?

  init(_ fact: Fact) {
    prompt = fact.prompt.text
    subject = fact.subject
    targetNew = fact.targetNew
    targetTrue = fact.targetTrue
  }
}
