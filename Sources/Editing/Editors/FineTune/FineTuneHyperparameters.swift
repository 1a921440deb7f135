package import Transformer

/// What the authors of FT, FT-L and FT-W leave to the user, under the key names of their JSON files.
package struct FineTuneHyperparameters: Sendable, Equatable {
  /// The trained layers, ascending (`layers`).
  package var layers: [Int]
  /// The module whose tensors are trained, with `{}` for the layer (`rewrite_module_tmp`): every tensor of
  /// the block whose name lies in it.
  package var module: String
  /// How often all facts are gone through at most (`num_steps`).
  package var epochs: Int
  /// Adam's rate (`lr`).
  package var learningRate: Double
  /// How much a weight is pulled towards zero.
  package var decay: Decay
  /// How far an element may move from what it was (`norm_constraint`); `nil` for as far as it likes.
  package var normConstraint: Double?
  /// Facts of one step (`batch_size`).
  package var batchSize: Int
  /// How a target's tokens enter the loss (`loss`).
  package var loss: TargetLoss
  /// What the facts are shuffled with before each epoch (`shuffle_seed`); `nil` keeps their order.
  package var shuffleSeed: UInt64?
  /// Memory that one batch of work may take, in bytes.
  package var batchBytes: Int = 1 << 30

  /// The pull of the weights towards zero, added to the gradient (Adam's L2 kind).
  package enum Decay: Sendable, Equatable {
    /// The same for every number of facts (`weight_decay`).
    case fixed(Double)
    /// n^exponent · e^offset for n facts (`wd_power_law`): FT-W's law.
    case powerLaw(exponent: Double, offset: Double)

    /// The law tuned for GPT-J: 1.169 for one fact, 3.9e-4 for 10,000.
    package static let published = Decay.powerLaw(exponent: -0.87028798, offset: 0.15589562)

    /// The decay for a number of facts.
    package func value(facts: Int) -> Double {
      switch self {
      case .fixed(let value): value
      case .powerLaw(let exponent, let offset):
        Double.exponential(exponent * Double.logarithm(Double(max(1, facts))) + offset)
      }
    }
  }

  /// A step is left out, and the training ends, below this loss.
  package static let lossThreshold: Float = 0.01

  /// All values given.
  package init(
    layers: [Int], module: String, epochs: Int, learningRate: Double, decay: Decay,
    normConstraint: Double?, batchSize: Int = 64, loss: TargetLoss = .autoregressive,
    shuffleSeed: UInt64? = nil
  ) {
    self.layers = layers
    self.module = module
    self.epochs = epochs
    self.learningRate = learningRate
    self.decay = decay
    self.normConstraint = normConstraint
    self.batchSize = batchSize
    self.loss = loss
    self.shuffleSeed = shuffleSeed
  }

  /// The trained tensors of a model, block after block; empty where the module has none.
  package func tensors(of model: ModelArchitecture) -> [String] {
    layers.flatMap { layer -> [String] in
      let module = Self.bare(self.module.replacing("{}", with: "\(layer)"))
      return model.blocks[layer].tensors.filter { Self.bare($0).hasPrefix(module + ".") }
    }
  }

  /// The whole block of a model, as a module.
  package static func wholeBlock(of model: ModelArchitecture) -> String {
    commonModule(model) { $0.tensors }
  }

  /// The MLP's output projection of a model, as a module.
  package static func outputProjection(of model: ModelArchitecture) -> String {
    commonModule(model) { $0.down.weights + $0.down.biases }
  }

  /// A name without the prefix that the first GPT-2 files lack.
  static func bare(_ name: String) -> String {
    name.hasPrefix("transformer.") ? String(name.dropFirst("transformer.".count)) : name
  }

  /// The longest module that holds the tensors of a block, with `{}` for its number.
  private static func commonModule(
    _ model: ModelArchitecture, _ tensors: (ModelArchitecture.Block) -> [String]
  ) -> String {
    var common: [Substring]?
    for name in tensors(model.blocks[0]) {
      let path = name.split(separator: ".").dropLast()
      common = common.map { zip($0, path).prefix { $0 == $1 }.map(\.0) } ?? Array(path)
    }
    // Layers are counted by the only component that is a number.
    return (common ?? []).map { $0 == "0" ? "{}" : String($0) }.joined(separator: ".")
  }
}
