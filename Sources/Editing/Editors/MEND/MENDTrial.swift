internal import LinearAlgebra
internal import Transformer

/// One edit of the training: some records edited together, and how the edited model does.
struct MENDTrial {
  /// The two losses, without their weights.
  struct Losses {
    /// The mean negative log-likelihood of the new objects in the outer texts.
    var edit: Double = 0
    /// The mean KL(unedited ‖ edited) at the labels of the local texts.
    var locality: Double = 0
  }

  /// The records with the texts they are tried on.
  struct Choice {
    let record: Int
    let outer: Int
    /// `nil` for a record without local texts.
    let local: Int?
  }

  let material: MENDMaterial
  let network: MENDNetwork
  let lowest: Int
  let editWeight: Double
  let localityWeight: Double
  /// The edited tensors before an edit, in stored extents.
  let tensors: [Matrix<Float>]

  /// Edits, measures and, with `gradients`, adds the gradients of the weighted losses.
  func run(_ choices: [Choice], gradients: MENDNetwork.Gradients?) throws -> Losses {
    let rows = try gather(choices)
    let traces = network.forward(rows)
    let edited = editedModel(traces)
    let places =
      choices.map { MENDMaterial.Place(record: $0.record, kind: .outer, index: $0.outer) }
      + choices.compactMap { choice in
        choice.local.map {
          MENDMaterial.Place(record: choice.record, kind: .local, index: $0)
        }
      }
    let texts = places.map(material.text)
    let pass = try GradientPass(
      edited, texts.map(\.tokens), outputs: texts.map(\.outputs), from: lowest,
      inputs: stack(places.map { try material.input(of: $0) }))
    let hidden = try pass.forward(edited)
    let head = try LanguageModelHead(edited)
    let outer = LabelLoss(Array(texts.prefix(choices.count)))
    let local = try LocalityLoss(
      stack(places.dropFirst(choices.count).map { try material.output(of: $0) }), head)
    let parts = FloatRows(rows: 1, columns: hidden.rows)
    let editScale = Float(editWeight / Double(choices.count))
    let localScale = Float(localityWeight / Double(max(1, local.rowCount)))
    let dHidden = head.gradient(of: hidden) { row, base in
      let logits = LogitRow(base, count: head.vocabularySize)
      parts.base[row] =
        row < outer.rowCount
        ? outer.score(row, logits, scale: editScale)
        : local.score(row - outer.rowCount, logits, scale: localScale)
    }
    if let gradients {
      let tokens = TokenGradients(network.matrices.map(\.name))
      try pass.backward(dHidden, to: tokens)
      network.backward(traces, outer: tokens, to: gradients)
    }
    var losses = Losses()
    for row in 0..<hidden.rows {
      if row < outer.rowCount {
        losses.edit += Double(parts.base[row]) / Double(choices.count)
      } else {
        losses.locality += Double(parts.base[row]) / Double(local.rowCount)
      }
    }
    return losses
  }

  /// The rows of several records together, matrix by matrix.
  private func gather(_ choices: [Choice]) throws -> [FloatRows] {
    let all = try choices.map { try material.rows(of: $0.record) }
    return network.matrices.indices.map { index in stack(all.map { $0[index] }) }
  }

  private func editedModel(_ traces: [GradientTransform.Trace]) -> DecoderModel {
    var replaced: [String: FloatRows] = [:]
    for (index, matrix) in network.matrices.enumerated() {
      let tensor = FloatRows(tensors[index])
      network.add(traces[index], of: index, to: tensor)
      replaced[matrix.name] = tensor
    }
    return material.model.replacing(replaced)
  }

  private func stack(_ parts: [FloatRows]) -> FloatRows {
    let columns = parts.first?.columns ?? 0
    let result = FloatRows(rows: parts.reduce(0) { $0 + $1.rows }, columns: columns)
    var start = 0
    for part in parts {
      (result.base + start * columns).update(from: part.base, count: part.rows * columns)
      start += part.rows
    }
    return result
  }
}
