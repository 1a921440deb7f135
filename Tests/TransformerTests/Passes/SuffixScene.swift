import Foundation
import Transformer

/// Sequences of several owners in one tree, as an editor has them: contexts that all share, a subject
/// whose last token gets the owner's vector, tokens that are to be predicted, an anchor.
struct SuffixScene {
  struct Sequence {
    let owner: Int32
    let tokens: [Int32]
    /// The position that gets the vector; private from there on.
    let lookup: Int
    /// The token wanted after a position.
    var labels: [Int: Int] = [:]
    /// Whether the loss has a divergence at the lookup.
    var isAnchor = false
  }

  let sequences: [Sequence]
  let tree: TokenTree
  /// The nodes of each sequence's tokens.
  let paths: [[Int32]]
  let divergenceWeight = 0.3

  init(seed: UInt64, vocabulary: Int = 211) {
    var draw = SeededRandom(seed)
    func text(_ count: Int) -> [Int32] {
      (0..<count).map { _ in Int32.random(in: 0..<Int32(vocabulary), using: &draw) }
    }
    let (first, second) = (text(4), text(3))
    let (subject, rest, target) = (text(2), text(3), text(3))
    let other = text(1)
    var sequences: [Sequence] = []
    func add(
      _ owner: Int32, _ before: [Int32], _ subject: [Int32], _ rest: [Int32], _ target: [Int32]
    ) {
      let tokens = before + subject + rest
      var labels: [Int: Int] = [:]
      for (offset, token) in target.enumerated() { labels[tokens.count - 1 + offset] = Int(token) }
      sequences.append(
        Sequence(
          owner: owner, tokens: tokens + target.dropLast(),
          lookup: before.count + subject.count - 1, labels: labels))
    }
    func anchor(_ owner: Int32, _ subject: [Int32]) {
      sequences.append(
        Sequence(owner: owner, tokens: subject, lookup: subject.count - 1, isAnchor: true))
    }
    // The anchor of owner 1 is the beginning of its bare prompt: one node is both.
    add(1, [], subject, rest, target)
    add(1, first, subject, rest, target)
    add(1, second, subject, rest, target)
    anchor(1, subject)
    // One token from the start of its sequence on: nothing before it is stored; no tokens after it.
    add(2, [], other, [], [target[0]])
    add(2, first, other, [], [target[0]])
    anchor(2, other)
    // The same tokens as owner 1 but another wish: no node of theirs may be shared.
    add(3, [], subject, rest, [other[0]])
    add(3, second, subject, rest, [other[0]])
    anchor(3, subject)
    self.sequences = sequences

    var tree = TokenTree()
    paths = sequences.map {
      tree.insert($0.tokens, owner: $0.owner, privateFrom: $0.lookup)
    }
    self.tree = tree
  }

  var owners: [Int32] { Array(Set(sequences.map(\.owner))).sorted() }

  var insertions: [Int32: Int32] {
    var result: [Int32: Int32] = [:]
    for (sequence, path) in zip(sequences, paths) {
      result[path[sequence.lookup]] = sequence.owner
    }
    return result
  }

  var outputs: Set<Int32> {
    var result: Set<Int32> = []
    for (sequence, path) in zip(sequences, paths) {
      for position in sequence.labels.keys { result.insert(path[position]) }
      if sequence.isAnchor { result.insert(path[sequence.lookup]) }
    }
    return result
  }

  func pass(_ model: DecoderModel, layer: Int) throws -> SuffixPass {
    try SuffixPass(model, tree, layer: layer, insertions: insertions, outputs: outputs)
  }

  /// One random vector for each owner, `[owners, d]`.
  static func vectors(_ owners: Int, width: Int, seed: UInt64) -> FloatRows {
    var draw = SeededRandom(seed)
    let rows = FloatRows(rows: owners, columns: width)
    for i in 0..<owners * width { rows.base[i] = Float(draw.unit() * 2 - 1) }
    return rows
  }

  // MARK: In float32, by the passes under test

  /// The logarithms of the anchors' probabilities, by owner.
  func references(_ head: LanguageModelHead, _ pass: SuffixPass, _ hidden: FloatRows)
    -> [Int32: [Float]]
  {
    var result: [Int32: [Float]] = [:]
    for (sequence, path) in zip(sequences, paths) where sequence.isAnchor {
      guard let row = pass.outputNodes.firstIndex(of: path[sequence.lookup]) else { continue }
      var logits = head.logits(of: hidden, row: row)
      let total = logits.withUnsafeMutableBufferPointer { buffer in
        buffer.baseAddress.map { LogitRow($0, count: buffer.count).logSumExp } ?? 0
      }
      for id in logits.indices { logits[id] -= total }
      result[sequence.owner] = logits
    }
    return result
  }

  /// The gradient of the owners' losses with respect to the final hidden states.
  func hiddenGradient(
    _ head: LanguageModelHead, _ pass: SuffixPass, _ hidden: FloatRows,
    _ references: [Int32: [Float]]
  ) -> FloatRows {
    let nodes = pass.outputNodes
    let count = head.vocabularySize
    return head.gradient(of: hidden) { row, base in
      let logits = LogitRow(base, count: count)
      let total = logits.logSumExp
      var sum = [Float](repeating: 0, count: count)
      for (sequence, path) in zip(sequences, paths) {
        for (position, token) in sequence.labels where path[position] == nodes[row] {
          for id in 0..<count { sum[id] += Float(exp(Double(base[id] - total))) }
          sum[token] -= 1
        }
        if sequence.isAnchor, path[sequence.lookup] == nodes[row],
          let reference = references[sequence.owner]
        {
          var part = [Float](repeating: 0, count: count)
          part.withUnsafeMutableBufferPointer { part in
            reference.withUnsafeBufferPointer { reference in
              guard let target = part.baseAddress, let source = reference.baseAddress else {
                return
              }
              _ = logits.divergence(
                from: source, logSumExp: total, weight: Float(divergenceWeight), gradient: target)
            }
          }
          for id in 0..<count { sum[id] += part[id] }
        }
      }
      base.update(from: sum, count: count)
    }
  }

  // MARK: In float64, by the oracle, each sequence by itself

  /// The final hidden states of a sequence with its owner's vector added.
  func final(_ oracle: ReferenceDecoder, _ sequence: Sequence, layer: Int, _ vector: [Double])
    -> ReferenceDecoder.Result
  {
    oracle.run(
      sequence.tokens,
      adding: [.init(layer: layer, position: sequence.lookup, vector: vector)])
  }

  /// The loss of an owner: −log p of its labels, and at its anchor KL(p ‖ p without the vector).
  func loss(_ oracle: ReferenceDecoder, owner: Int32, layer: Int, _ vector: [Double]) -> Double {
    var loss = 0.0
    for sequence in sequences where sequence.owner == owner {
      let logits = final(oracle, sequence, layer: layer, vector).logits
      for (position, token) in sequence.labels {
        loss -= ReferenceDecoder.logSoftmax(logits[position])[token]
      }
      if sequence.isAnchor {
        let before = ReferenceDecoder.logSoftmax(
          oracle.run(sequence.tokens).logits[sequence.lookup])
        let after = ReferenceDecoder.logSoftmax(logits[sequence.lookup])
        loss += divergenceWeight * zip(after, before).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }
      }
    }
    return loss
  }
}
