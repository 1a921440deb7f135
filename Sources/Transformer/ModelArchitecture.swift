/// What a decoder computes and under which names its checkpoint keeps the weights.
///
/// One description covers all families: a block is attention and an MLP, in sequence or side by
/// side, over one of two norms, with or without rotary positions, gates and biases.
package struct ModelArchitecture: Sendable, Equatable {
  /// The `model_type` of the configuration.
  package var family: String
  /// Blocks.
  package var layerCount: Int
  /// The width of the residual stream, d.
  package var width: Int
  /// The inner width of the MLP, f: the length of a key.
  package var innerWidth: Int
  /// Attention heads.
  package var headCount: Int
  /// Heads of keys and values; fewer than `headCount` with grouped-query attention.
  package var keyValueHeadCount: Int
  /// The width of a head.
  package var headWidth: Int
  /// Rows of the embedding.
  package var vocabularySize: Int
  /// How many tokens a text may have: the positions that the model was made for, or the window within
  /// which a token sees all those before it, where that is shorter.
  package var positionLimit: Int
  /// Which norm.
  package var norm: NormKind
  /// Added to the variance inside the norms.
  package var normEpsilon: Float
  /// How a block's two halves meet the residual stream.
  package var residual: Residual
  /// The MLP's activation.
  package var activation: Activation
  /// Rotary positions, where there are any.
  package var rotary: Rotary?
  /// The embedding of tokens, `[vocabulary, d]`.
  package var tokenEmbedding: String
  /// The embedding of positions, `[positions, d]`, where learned.
  package var positionEmbedding: String?
  /// The norm before the head.
  package var finalNorm: Norm
  /// The head, `[vocabulary, d]`; the token embedding where the two are tied.
  package var head: Linear
  /// The tensors of each block.
  package var blocks: [Block]

  /// Which norm.
  package enum NormKind: Sendable, Equatable {
    case layer
    case rootMeanSquare
  }

  /// How attention and MLP meet the residual stream.
  package enum Residual: Sendable, Equatable {
    /// The MLP reads what attention wrote (GPT-2, Llama).
    case sequential
    /// Both read one norm of the block's input (GPT-J).
    case parallelOneNorm
    /// Both read the block's input, each through its own norm (GPT-NeoX).
    case parallelTwoNorms
  }

  /// The MLP's activation.
  package enum Activation: Sendable, Equatable {
    case geluTanh
    case geluErf
    case silu
    case relu
  }

  /// Rotary position embedding.
  package struct Rotary: Sendable, Equatable {
    /// Which coordinates form a pair.
    package enum Pairing: Sendable, Equatable {
      case interleaved
      case halves
    }
    /// How frequencies were changed for longer contexts than the model was first trained on.
    package enum Scaling: Sendable, Equatable {
      case none
      /// All divided by a factor.
      case linear(factor: Double)
      /// Llama 3.1's: waves longer than `context / low` divided by `factor`, those shorter than
      /// `context / high` kept, those between mixed.
      case llama3(factor: Double, low: Double, high: Double, context: Double)
    }
    /// Which coordinates form a pair.
    package var pairing: Pairing
    /// How many coordinates of a head are rotated, an even number.
    package var dimensions: Int
    /// The angle of pair i at position t is t · base^(−2i/dimensions), before scaling.
    package var base: Double
    /// How frequencies were changed.
    package var scaling: Scaling
  }

  /// A norm's tensors, `[d]` each.
  package struct Norm: Sendable, Equatable {
    /// The factor of each coordinate.
    package var gain: String
    /// What is added to each, in layer norms.
    package var bias: String?
  }

  /// How a weight matrix is stored.
  package enum Layout: Sendable, Equatable {
    /// `[outputs, inputs]`: PyTorch's Linear.
    case outputsByInputs
    /// `[inputs, outputs]`: GPT-2's Conv1D.
    case inputsByOutputs
    /// `[heads × 3 × head width, inputs]`: GPT-NeoX keeps q, k, v of a head together.
    case headInterleaved
  }

  /// One weight matrix, or several that stand side by side in the output.
  package struct Linear: Sendable, Equatable {
    /// Weights, outputs concatenated in this order.
    package var weights: [String]
    /// Biases of the same parts; empty where there are none.
    package var biases: [String]
    /// How each weight is stored.
    package var layout: Layout
    /// Outputs of each part.
    package var outputs: [Int]
    /// Inputs.
    package var inputs: Int
  }

  /// The tensors of one block.
  package struct Block: Sendable, Equatable {
    /// The norm before attention.
    package var attentionNorm: Norm
    /// The norm before the MLP; `nil` where it shares attention's.
    package var feedForwardNorm: Norm?
    /// q, k and v: outputs `(heads + 2 key-value heads) × head width`, in this order.
    package var queryKeyValue: Linear
    /// The attention's output projection.
    package var attentionOutput: Linear
    /// The MLP's first matrix; with a gate, gate and up side by side.
    package var up: Linear
    /// Whether `up` has a gate.
    package var gated: Bool
    /// The MLP's second matrix, f → d: what the editors change.
    package var down: Linear
  }

  /// Columns of the q, k, v rows.
  package var queryKeyValueWidth: Int { (headCount + 2 * keyValueHeadCount) * headWidth }
  /// Columns of q, and of the attention's output.
  package var queryWidth: Int { headCount * headWidth }
  /// Columns of k, and of v.
  package var keyValueWidth: Int { keyValueHeadCount * headWidth }
  /// The name of the edited matrix of a layer: the MLP's output projection.
  package func editedWeight(layer: Int) -> String { blocks[layer].down.weights[0] }
}

extension ModelArchitecture {
  /// Every tensor the model needs, with the shape it must have.
  package func expectedShapes() -> [(name: String, shape: [Int])] {
    var result: [(String, [Int])] = [(tokenEmbedding, [vocabularySize, width])]
    if let positionEmbedding { result.append((positionEmbedding, [positionLimit, width])) }
    func add(_ norm: Norm?) {
      guard let norm else { return }
      result.append((norm.gain, [width]))
      if let bias = norm.bias { result.append((bias, [width])) }
    }
    func add(_ linear: Linear) {
      for (name, outputs) in zip(linear.weights, linear.outputs) {
        switch linear.layout {
        case .outputsByInputs, .headInterleaved: result.append((name, [outputs, linear.inputs]))
        case .inputsByOutputs: result.append((name, [linear.inputs, outputs]))
        }
      }
      for (name, outputs) in zip(linear.biases, linear.outputs) { result.append((name, [outputs])) }
    }
    for block in blocks {
      add(block.attentionNorm)
      add(block.feedForwardNorm)
      add(block.queryKeyValue)
      add(block.attentionOutput)
      add(block.up)
      add(block.down)
    }
    add(finalNorm)
    add(head)
    return result
  }
}

extension ModelArchitecture {
  /// All matrices that rows are multiplied by, the head's last.
  var matrices: [Linear] {
    blocks.flatMap { [$0.queryKeyValue, $0.attentionOutput, $0.up, $0.down] } + [head]
  }

  /// Floats that one token's row takes in a block's buffers, forward and gradient.
  package var rowElements: Int {
    8 * width + 3 * queryKeyValueWidth + 4 * innerWidth
  }
}

extension DecoderModel {
  /// Bytes that one token's row takes in a block's buffers.
  package var rowBytes: Int { MemoryLayout<Float>.size * architecture.rowElements }
}
