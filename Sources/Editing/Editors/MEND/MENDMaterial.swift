internal import Transformer

/// What the training uses of the unedited model: it does not depend on what is learned, so it is computed once
/// where it fits into memory.
final class MENDMaterial {
  let model: DecoderModel
  let records: [MENDRecord]
  private let network: MENDNetwork
  private let lowest: Int
  private var room: Int
  private var rows: [Int: [FloatRows]] = [:]
  private var inputs: [Place: FloatRows] = [:]
  private var outputs: [Place: FloatRows] = [:]

  /// One of the texts of a record.
  struct Place: Hashable {
    enum Kind: Hashable { case outer, local }
    let record: Int
    let kind: Kind
    let index: Int
  }

  /// - Parameter room: bytes that what is kept may take.
  init(
    _ model: DecoderModel, _ records: [MENDRecord], _ network: MENDNetwork, lowest: Int, room: Int
  ) {
    self.model = model
    self.records = records
    self.network = network
    self.lowest = lowest
    self.room = room
  }

  func text(_ place: Place) -> TrainingText {
    place.kind == .outer
      ? records[place.record].outer[place.index] : records[place.record].local[place.index]
  }

  /// The rows of each matrix for a record's edit, not normalised.
  func joinedRows(of record: Int) throws -> [FloatRows] {
    try MENDRows(model, network, lowest: lowest).joined([records[record].edit])[0]
  }

  /// The normalised rows of each matrix for a record's edit.
  func rows(of record: Int) throws -> [FloatRows] {
    if let known = rows[record] { return known }
    let found = try joinedRows(of: record)
    network.normalise(found)
    return found
  }

  /// Keeps the rows of a record, not normalised yet, where there is room.
  func keep(_ joined: [FloatRows], of record: Int) {
    if take(joined.reduce(0) { $0 + $1.rows * $1.columns }) { rows[record] = joined }
  }

  /// Normalises what was kept, once the normalisers know all rows.
  func normaliseRows() { for joined in rows.values { network.normalise(joined) } }

  /// The input of the lowest edited block for a text, `[tokens, d]`.
  func input(of place: Place) throws -> FloatRows {
    if let known = inputs[place] { return known }
    let parts = try inputs(besides: place)
    if take(parts.reduce(0) { $0 + $1.rows * $1.columns }) {
      for (index, part) in parts.enumerated() {
        inputs[Place(record: place.record, kind: place.kind, index: index)] = part
      }
    }
    return parts[place.index]
  }

  /// The unedited model's final hidden states at a text's labels, `[labels, d]`.
  func output(of place: Place) throws -> FloatRows {
    if let known = outputs[place] { return known }
    let text = text(place)
    let pass = try GradientPass(
      model, [text.tokens], outputs: [text.outputs], from: lowest, inputs: input(of: place))
    let found = try pass.forward(model)
    if take(found.rows * found.columns) { outputs[place] = found }
    return found
  }

  /// The inputs of all of a record's texts of a kind.
  ///
  /// They are run together whether they are kept or not: how a row rounds depends on the rows beside it, and
  /// nothing may depend on the memory.
  private func inputs(besides place: Place) throws -> [FloatRows] {
    let record = records[place.record]
    let texts = place.kind == .outer ? record.outer : record.local
    let all = try GradientPass(
      model, texts.map(\.tokens), outputs: texts.map(\.outputs), from: lowest
    ).input
    var start = 0
    return texts.map { text in
      let part = all.copy(rows: start..<start + text.tokens.count)
      start += part.rows
      return part
    }
  }

  private func take(_ floats: Int) -> Bool {
    guard floats * 4 <= room else { return false }
    room -= floats * 4
    return true
  }
}
