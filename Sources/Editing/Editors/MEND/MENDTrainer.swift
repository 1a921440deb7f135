package import Diagnostics
internal import LinearAlgebra
package import Transformer

/// Trains a MEND editor: Adam on c_edit · NLL(new objects) + c_loc · KL(unedited ‖ edited) over edits of
/// the training facts, until the validation no longer gets better.
///
/// - Source: MEND, arXiv 2110.11309, section 3.3, with the released programs' values.
package final class MENDTrainer {
  /// How a validation came out.
  package struct Validation: Sendable, Equatable {
    /// Edits of the training before it.
    package let edits: Int
    /// The mean negative log-likelihood of the new objects in the outer texts.
    package let edit: Double
    /// The mean KL at the labels of the local texts.
    package let locality: Double
    /// The sum with the losses' weights.
    package let total: Double
  }

  /// What the training came to.
  package struct Outcome: Sendable {
    /// Edits in all.
    package let edits: Int
    /// The validation before the first step, and the best one.
    package let first, best: Validation
    /// Whether it ended because the validation no longer got better.
    package let endedEarly: Bool
  }

  /// The network with the best validation so far, after ``run(progress:)``.
  package let network: MENDNetwork
  let hyperparameters: MENDHyperparameters
  private let trial: MENDTrial
  private let material: MENDMaterial
  private let training: Range<Int>
  private let validation: Range<Int>
  private(set) var state: State

  /// What changes while training goes on, beside the parameters.
  struct State {
    var edits = 0
    var adam: AdamStep
    var rateAdam: AdamStep
    var steps = 0
    var first: Validation?
    var best: Validation?
    var bestParameters: [Float] = []
  }

  /// Runs the unedited model over the facts.
  ///
  /// - Parameters:
  ///   - validation: facts that are not trained on.
  ///   - plan: the memory that there is: what is left of it keeps what the unedited model gave.
  /// - Throws: ``MENDError``, ``EditingError``, ``TransformerError``.
  package init(
    _ model: DecoderModel, _ tokenizer: BytePairTokenizer, _ hyperparameters: MENDHyperparameters,
    training cases: [FactCase], validation held: [FactCase], file: String, plan: MemoryPlan,
    progress: some ProgressSink
  ) throws {
    let size = hyperparameters.factsPerEdit
    guard cases.count >= max(2, size) else {
      throw MENDError.tooFewFacts(what: "train on", found: cases.count, least: max(2, size))
    }
    guard held.count >= size else {
      throw MENDError.tooFewFacts(what: "validate with", found: held.count, least: size)
    }
    let limit = model.architecture.positionLimit
    var records = try cases.map { try MENDRecord($0, tokenizer, positionLimit: limit) }
    if hyperparameters.editsNeighbours {
      records += cases.flatMap {
        MENDRecord.neighbourEdits(of: $0, tokenizer, positionLimit: limit)
      }
    }
    training = 0..<records.count
    records += try held.map { try MENDRecord($0, tokenizer, positionLimit: limit) }
    guard records[training].contains(where: { !$0.local.isEmpty }) else {
      throw MENDError.noNeighbourhood(file: file)
    }
    // Before anything is taken.
    let room = try plan.trainingRoom(beside: hyperparameters.trainingBytes(model, records))
    self.hyperparameters = hyperparameters
    network = hyperparameters.network(for: model.architecture)
    validation = training.upperBound..<records.count
    let lowest = hyperparameters.layers[0]
    material = MENDMaterial(model, records, network, lowest: lowest, room: room)
    trial = MENDTrial(
      material: material, network: network, lowest: lowest,
      editWeight: hyperparameters.editWeight, localityWeight: hyperparameters.localityWeight,
      tensors: try network.matrices.map { try model.matrix(named: $0.name) })
    let count = network.tensors.dropLast().reduce(0) { $0 + $1.values.rows * $1.values.columns }
    state = State(
      adam: AdamStep(count: count, rate: Float(hyperparameters.learningRate)),
      rateAdam: AdamStep(
        count: network.matrices.count, rate: Float(hyperparameters.editRateRate)))
    try measure(progress)
  }

  /// Takes every training record's rows into the normalisers, then keeps them normalised.
  private func measure(_ progress: some ProgressSink) throws {
    for index in 0..<validation.upperBound {
      let rows = try material.joinedRows(of: index)
      if training.contains(index) { network.measure(rows) }
      material.keep(rows, of: index)
      progress.report(ProgressEvent(.keys, done: index + 1, total: validation.upperBound))
    }
    material.normaliseRows()
  }

  /// Facts, and neighbors of facts, that are trained on.
  package var trainingRecords: Int { training.count }

  /// Edits that were made so far.
  package var editCount: Int { state.edits }

  /// Trains to the end, from the beginning or from where a kept state stands.
  ///
  /// - Parameter keep: called after steps and validations; may write the state down.
  /// - Throws: ``MENDError/diverged(edits:)``, and what `keep` throws.
  package func run(
    progress: some ProgressSink, keep: (MENDTrainer, _ isValidated: Bool) throws -> Void
  ) throws -> Outcome {
    if state.first == nil {
      state.first = try validate()
      state.best = state.first
      state.bestParameters = parameters
    }
    let gradients = network.zeroGradients()
    var recent = MENDTrial.Losses()
    // Where a kept state stands, it may be over already.
    while state.edits < hyperparameters.iterations, !isOver {
      let losses = try trial.run(choices(for: state.edits), gradients: gradients)
      state.edits += 1
      guard losses.edit.isFinite, losses.locality.isFinite else {
        throw MENDError.diverged(edits: state.edits)
      }
      let share = state.edits == 1 ? 1 : 0.02
      recent.edit += share * (losses.edit - recent.edit)
      recent.locality += share * (losses.locality - recent.locality)
      if state.edits % hyperparameters.accumulation == 0
        || state.edits == hyperparameters.iterations
      {
        descend(gradients)
        gradients.clear()
      }
      let isDue = isValidationDue
      if isDue {
        let found = try validate()
        guard found.total.isFinite else { throw MENDError.diverged(edits: state.edits) }
        if found.total < state.best?.total ?? .infinity {
          state.best = found
          state.bestParameters = []
          state.bestParameters = parameters
        }
      }
      progress.report(
        ProgressEvent(
          .training, done: state.edits, total: hyperparameters.iterations,
          detail: Self.detail(recent, state.best)))
      if state.edits % hyperparameters.accumulation == 0 { try keep(self, isDue) }
    }
    progress.report(
      ProgressEvent(
        .training, done: hyperparameters.iterations, total: hyperparameters.iterations))
    parameters = state.bestParameters
    let best = state.best ?? Validation(edits: 0, edit: 0, locality: 0, total: 0)
    return Outcome(
      edits: state.edits, first: state.first ?? best, best: best, endedEarly: isOver)
  }

  private var isValidationDue: Bool {
    state.edits % roundedInterval == 0 || state.edits == hyperparameters.iterations
  }

  /// Whether the last validation used up the patience.
  private var isOver: Bool {
    isValidationDue && state.edits - (state.best?.edits ?? 0) >= hyperparameters.patience
  }

  /// Validations fall on steps, so that a kept state is a whole one.
  private var roundedInterval: Int {
    let step = hyperparameters.accumulation
    return (hyperparameters.validationInterval + step - 1) / step * step
  }

  private static func detail(_ losses: MENDTrial.Losses, _ best: Validation?) -> String {
    func text(_ value: Double) -> String {
      let thousandths = Int((min(value, 1e6) * 1000).rounded())
      let fraction = "\(thousandths % 1000 + 1000)".dropFirst()
      return "\(thousandths / 1000).\(fraction)"
    }
    return "edit \(text(losses.edit)), locality \(text(losses.locality))"
      + (best.map { ", best \(text($0.total))" } ?? "")
  }

  /// The records and texts of an edit: they follow from the seed and the edit's number alone.
  private func choices(for edit: Int) -> [MENDTrial.Choice] {
    let size = hyperparameters.factsPerEdit
    // Only whole edits: the few facts that an epoch leaves over change from epoch to epoch.
    let perEpoch = max(1, training.count / size)
    let order = epochOrder(edit / perEpoch)
    let start = edit % perEpoch * size
    var random = SeededRandom(
      hyperparameters.seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(edit) &* 0xD134_2543_DE82_EF95)
    return order[start..<start + size].map { record in
      let material = material.records[record]
      return MENDTrial.Choice(
        record: record, outer: Int(random.next() % UInt64(material.outer.count)),
        local: material.local.isEmpty
          ? nil : Int(random.next() % UInt64(material.local.count)))
    }
  }

  private var knownOrder: (epoch: Int, order: [Int]) = (-1, [])
  private func epochOrder(_ epoch: Int) -> [Int] {
    if knownOrder.epoch != epoch {
      var random = SeededRandom(hyperparameters.seed &+ UInt64(epoch) &* 0xA076_1D64_78BD_642F)
      var order = Array(training)
      order.shuffle(using: &random)
      knownOrder = (epoch, order)
    }
    return knownOrder.order
  }

  private func validate() throws -> Validation {
    let size = hyperparameters.factsPerEdit
    let count = min(hyperparameters.validationEdits, validation.count / size)
    var sum = MENDTrial.Losses()
    for edit in 0..<count {
      let start = validation.lowerBound + edit * size
      let choices = (start..<start + size).map { record in
        let material = material.records[record]
        return MENDTrial.Choice(
          record: record, outer: record % material.outer.count,
          local: material.local.isEmpty ? nil : record % material.local.count)
      }
      let losses = try trial.run(choices, gradients: nil)
      sum.edit += losses.edit / Double(count)
      sum.locality += losses.locality / Double(count)
    }
    return Validation(
      edits: state.edits, edit: sum.edit, locality: sum.locality,
      total: hyperparameters.editWeight * sum.edit
        + hyperparameters.localityWeight * sum.locality)
  }

  /// One step of Adam against clipped gradients: the transforms with their rate, α with its own.
  private func descend(_ gradients: MENDNetwork.Gradients) {
    let all = gradients.tensors
    let square = all.reduce(0.0) { sum, tensor in
      (0..<tensor.values.rows * tensor.values.columns).reduce(sum) {
        $0 + Double(tensor.values.base[$1]) * Double(tensor.values.base[$1])
      }
    }
    let norm = square.squareRoot()
    let scale = norm > hyperparameters.gradientClip ? Float(hyperparameters.gradientClip / norm) : 1
    state.steps += 1
    var start = 0
    for (parameter, gradient) in zip(network.tensors, all) {
      let count = gradient.values.rows * gradient.values.columns
      if scale != 1 { for i in 0..<count { gradient.values.base[i] *= scale } }
      if parameter.name == "rates" {
        state.rateAdam.update(
          parameter.values.base, gradient.values.base, start: 0, count: count, step: state.steps)
      } else {
        state.adam.update(
          parameter.values.base, gradient.values.base, start: start, count: count,
          step: state.steps)
        start += count
      }
    }
  }

  /// All parameters in one row, in the order of the network's tensors.
  private(set) var parameters: [Float] {
    get {
      var all: [Float] = []
      all.reserveCapacity(network.parameterCount)
      for (_, values) in network.tensors {
        all.append(
          contentsOf: UnsafeBufferPointer(start: values.base, count: values.rows * values.columns))
      }
      return all
    }
    set {
      var start = 0
      for (_, values) in network.tensors {
        for i in 0..<values.rows * values.columns { values.base[i] = newValue[start + i] }
        start += values.rows * values.columns
      }
    }
  }

  /// Goes on from a kept state, whose parameters the network has.
  func resume(_ state: State) { self.state = state }
}
