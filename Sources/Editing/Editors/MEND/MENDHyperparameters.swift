package import Transformer

/// How a MEND editor is made and trained, under the key names of its authors' configurations.
package struct MENDHyperparameters: Sendable, Equatable {
  /// The layers whose MLP matrices are edited, ascending (`layers`).
  package var layers: [Int]
  /// The inner width of the transform's layers, at most theirs (`rank`).
  package var rank: Int
  /// The transform's layers, less one (`n_hidden`).
  package var hiddenLayers: Int
  /// Adam's rate for the transforms (`lr`).
  package var learningRate: Double
  /// What each matrix's edit rate α starts from (`edit_lr`). The transformed gradients are added: below 0 the
  /// untrained editor is a step of gradient descent, above it the network has to learn the sign first.
  package var editRate: Double
  /// Adam's rate for the edit rates (`lr_lr`).
  package var editRateRate: Double
  /// The weight of the edit's loss (`cedit`).
  package var editWeight: Double
  /// The weight of the locality loss (`cloc`).
  package var localityWeight: Double
  /// Facts that one edit of the training has (`n_edits`).
  package var factsPerEdit: Int
  /// Edits whose gradients are summed before a step (`accumulate_bs`).
  package var accumulation: Int
  /// The largest norm of a step's gradient (`grad_clip`).
  package var gradientClip: Double
  /// Edits between two validations (`val_interval`).
  package var validationInterval: Int
  /// Edits of a validation (`val_steps`).
  package var validationEdits: Int
  /// Edits without a better validation after which training ends (`early_stop_patience`).
  package var patience: Int
  /// Edits at most (`max_iters`).
  package var iterations: Int
  /// What everything random is drawn with (`seed`).
  package var seed: UInt64
  /// Whether prompts about other subjects are edited, too, to the fact's new object (`neighbor_edits`): for few
  /// facts, which alone do not teach what holds of every edit.
  package var editsNeighbours: Bool

  /// The released configuration, for a model's last three blocks.
  ///
  /// - Source: MEND (arXiv 2110.11309) as the ROME and MEMIT authors trained it; `n_edits` is 1 there.
  package init(for model: ModelArchitecture) {
    self.init(layers: Array(max(0, model.layerCount - 3)..<model.layerCount))
  }

  /// The released values for some layers.
  package init(layers: [Int]) {
    self.layers = layers
    rank = 1920
    hiddenLayers = 1
    learningRate = 1e-6
    editRate = 1e-4
    editRateRate = 1e-4
    editWeight = 0.1
    localityWeight = 1
    factsPerEdit = 1
    accumulation = 10
    gradientClip = 100
    validationInterval = 5000
    validationEdits = 500
    patience = 20_000
    iterations = 1_000_000
    seed = 0
    editsNeighbours = false
  }

  /// The edited matrices of a model, block after block: all of the MLP's.
  package func matrices(of model: ModelArchitecture) -> [EditedMatrix] {
    layers.flatMap { layer -> [EditedMatrix] in
      let block = model.blocks[layer]
      return [block.up, block.down].flatMap { linear in
        zip(linear.weights, linear.outputs).map { name, outputs in
          EditedMatrix(
            name: name, inputs: linear.inputs, outputs: outputs,
            isStoredByInputs: linear.layout == .inputsByOutputs)
        }
      }
    }
  }
}

/// A matrix that MEND edits.
package struct EditedMatrix: Sendable, Equatable {
  /// The tensor's name.
  package let name: String
  /// What it takes, d_in.
  package let inputs: Int
  /// What it gives, d_out.
  package let outputs: Int
  /// Whether the checkpoint keeps it as `[d_in, d_out]`.
  package let isStoredByInputs: Bool
}
