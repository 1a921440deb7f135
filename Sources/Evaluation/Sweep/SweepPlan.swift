internal import Editing

/// What a sweep does to one method: batches of some size over some records, each on the original weights.
package struct SweepJob: Sendable, Equatable {
  /// What the batches are for.
  package enum Purpose: Sendable, Equatable {
    /// A point of the scaling curve.
    case scaling
    /// The facts of one relation.
    case category(String)
    /// As many facts of one relation as of another.
    case mix(String, String)
    /// What a mix is compared with: as many facts, all of one relation.
    case alone(String)
  }

  /// What the batches are for.
  package let purpose: Purpose
  /// n: facts of a batch; the last may have fewer.
  package let size: Int
  /// The records of each batch.
  package let chunks: [[Int]]

  /// Puts it together.
  package init(purpose: Purpose, size: Int, chunks: [[Int]]) {
    self.purpose = purpose
    self.size = size
    self.chunks = chunks
  }

  /// Names its results among those of its method; safe as a file's name whatever the data call a relation.
  package var name: String {
    let number = String(repeating: "0", count: max(0, 5 - "\(size)".count)) + "\(size)"
    let kind =
      switch purpose {
      case .scaling: "scaling"
      case .category(let relation): "category-\(Self.escaped(relation))"
      case .mix(let first, let second):
        "mix-\(Self.escaped(first))-\(Self.escaped(second))"
      case .alone(let relation): "alone-\(Self.escaped(relation))"
      }
    return "\(kind)-\(number)"
  }

  private static func escaped(_ text: String) -> String {
    text.utf8.map { byte in
      let isPlain =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
      return isPlain
        ? String(decoding: [byte], as: UTF8.self) : "_" + String(byte, radix: 16)
    }.joined()
  }

  /// Consecutive batches that are computed and kept together: many small ones, or a large one.
  var units: [Range<Int>] {
    let count = max(1, Self.recordsAtOnce / max(1, size))
    return stride(from: 0, to: chunks.count, by: count).map {
      $0..<min($0 + count, chunks.count)
    }
  }

  /// What an interrupted sweep may lose.
  static let recordsAtOnce = 64
}

/// The jobs of a sweep.
package struct SweepPlan: Sendable, Equatable {
  /// The parts of the paper's comparison.
  package enum Part: String, Sendable, CaseIterable {
    /// Metrics by the number of edits: Figure 5.
    case scaling
    /// By relation: Figure 6.
    case categories
    /// Two relations together: Figure 7.
    case mixes
  }

  /// The jobs, in order.
  package let jobs: [SweepJob]
  /// The parts that were asked for.
  package let parts: Set<Part>
  /// How many records a relation needs for a category.
  package let minCases: Int
  /// Relations with enough records for a category.
  package let relations: [String]
  /// The pairs that are mixed.
  package let pairs: [[String]]

  /// The paper's numbers of edits: round(e^(ln 10,000 · i/16)), i from 0 to 16.
  package static let paperSizes = [
    1, 2, 3, 6, 10, 18, 32, 56, 100, 178, 316, 562, 1000, 1778, 3162, 5623, 10000,
  ]

  /// What the paper takes of a relation for a category.
  package static let paperCases = 300

  /// The most facts of a mix in the paper.
  private static let largestMix = 700

  /// Plans over some records.
  ///
  /// - Parameters:
  ///   - sizes: n of the scaling curve; the paper's up to what there is where it is `nil`.
  ///   - minCases: how many records a relation needs for a category, and how many are taken of it.
  ///   - pairs: relations to mix; the two with the most records where it is `nil`.
  /// - Throws: ``EvaluationError/tooFewRecords(file:asked:found:)``,
  ///   ``EvaluationError/noSuchRelation(file:relation:)``.
  package init(
    _ data: EvaluationData, sizes: [Int]?, parts: Set<Part>, minCases: Int = paperCases,
    pairs asked: [[String]]? = nil
  ) throws(EvaluationError) {
    self.parts = parts
    self.minCases = minCases
    let count = data.cases.count
    for size in sizes ?? [] where size > count {
      throw .tooFewRecords(file: data.file, asked: size, found: count)
    }
    let sizes = Set(sizes ?? Self.paperSizes.filter { $0 <= count }).sorted()
    var byRelation: [String: [Int]] = [:]
    for (index, factCase) in data.cases.enumerated() {
      if let relation = factCase.fact.relation { byRelation[relation, default: []].append(index) }
    }
    let ranked = byRelation.sorted {
      ($1.value.count, $0.key) < ($0.value.count, $1.key)
    }.map(\.key)
    var jobs: [SweepJob] = []
    if parts.contains(.scaling) {
      jobs += sizes.map { Self.job(.scaling, $0, Array(0..<count)) }
    }
    relations =
      parts.contains(.categories) ? ranked.filter { (byRelation[$0]?.count ?? 0) >= minCases } : []
    for relation in relations {
      let own = Array((byRelation[relation] ?? []).prefix(minCases))
      jobs.append(Self.job(.category(relation), minCases, own))
    }
    for relation in (asked ?? []).joined() where byRelation[relation] == nil {
      throw .noSuchRelation(file: data.file, relation: relation)
    }
    pairs =
      parts.contains(.mixes) ? asked ?? (ranked.count > 1 ? [Array(ranked.prefix(2))] : []) : []
    for pair in pairs where pair.count == 2 {
      jobs += Self.mix(
        pair, sizes, byRelation[pair[0]] ?? [], byRelation[pair[1]] ?? [], beside: jobs)
    }
    self.jobs = jobs
  }

  private static func job(_ purpose: SweepJob.Purpose, _ size: Int, _ records: [Int]) -> SweepJob {
    SweepJob(
      purpose: purpose, size: size,
      chunks: stride(from: 0, to: records.count, by: size).map {
        Array(records[$0..<min($0 + size, records.count)])
      })
  }

  /// A mix and what it is compared with, at each number of facts that both relations have.
  private static func mix(
    _ pair: [String], _ sizes: [Int], _ first: [Int], _ second: [Int], beside jobs: [SweepJob]
  ) -> [SweepJob] {
    let most = min(first.count, second.count, largestMix)
    return sizes.filter { $0 > 1 && $0 <= most }.flatMap { size in
      let mixed = first.prefix((size + 1) / 2) + second.prefix(size / 2)
      return [
        job(.mix(pair[0], pair[1]), size, Array(mixed)),
        job(.alone(pair[0]), size, Array(first.prefix(size))),
        job(.alone(pair[1]), size, Array(second.prefix(size))),
      ].filter { !jobs.contains($0) }
    }
  }
}
