package import Checkpoint
package import Transformer

/// The hyperparameters of one of the editors.
package enum EditHyperparameters: Sendable, Equatable {
  case memit(MEMITHyperparameters)
  case rome(ROMEHyperparameters)
  case alphaEdit(AlphaEditHyperparameters)
  case ft(FineTuneHyperparameters)
  case mend(MENDSettings)

  /// Whose they are.
  package var method: EditMethod {
    switch self {
    case .memit: .memit
    case .rome: .rome
    case .alphaEdit: .alphaEdit
    case .ft: .ft
    case .mend: .mend
    }
  }

  /// Reads a file with the method's authors' key names.
  ///
  /// - Throws: ``EditingError/badHyperparameter(file:key:found:expected:)`` that names the key.
  package init(
    of method: EditMethod, json: JSONValue, file: String, for model: ModelArchitecture
  ) throws(EditingError) {
    try HyperparameterReader.requireAgreement(json, file: file, method, model)
    switch method {
    case .memit:
      self = .memit(
        try MEMITHyperparameters(json: json, file: file, layerCount: model.layerCount))
    case .rome:
      self = .rome(try ROMEHyperparameters(json: json, file: file, layerCount: model.layerCount))
    case .alphaEdit:
      self = .alphaEdit(
        try AlphaEditHyperparameters(json: json, file: file, layerCount: model.layerCount))
    case .ft: self = .ft(try FineTuneHyperparameters(json: json, file: file, for: model))
    case .mend: self = .mend(try MENDSettings(json: json, file: file))
    }
  }

  /// The published hyperparameters of a method for a model.
  ///
  /// - Throws: ``EditingError/noPreset(family:layers:width:known:)``.
  package static func preset(of method: EditMethod, for model: ModelArchitecture)
    throws(EditingError) -> EditHyperparameters
  {
    switch method {
    case .memit: .memit(try .preset(for: model))
    case .rome: .rome(try .preset(for: model))
    case .alphaEdit: .alphaEdit(try .preset(for: model))
    case .ft: .ft(try .preset(for: model))
    case .mend: .mend(MENDSettings())
    }
  }

  /// The values under the authors' key names, as the initialiser reads them.
  package var json: [(key: String, value: JSONValue)] {
    switch self {
    case .memit(let values): values.json
    case .rome(let values): values.json
    case .alphaEdit(let values): values.json
    case .ft(let values): values.json
    case .mend(let values): values.json
    }
  }

  /// The layers whose second moments the solve uses, ascending; none for a method that uses none.
  package var momentLayers: [Int] {
    switch self {
    case .memit(let values): values.layers
    case .rome(let values): values.usesMoments ? [values.layer] : []
    case .alphaEdit(let values): values.memit.layers
    case .ft, .mend: []
    }
  }

  /// Memory that one batch of work may take, in bytes.
  package var batchBytes: Int {
    get {
      switch self {
      case .memit(let values): values.batchBytes
      case .rome(let values): values.batchBytes
      case .alphaEdit(let values): values.memit.batchBytes
      case .ft(let values): values.batchBytes
      case .mend: 0
      }
    }
    set {
      switch self {
      case .memit(var values):
        values.batchBytes = newValue
        self = .memit(values)
      case .rome(var values):
        values.batchBytes = newValue
        self = .rome(values)
      case .alphaEdit(var values):
        values.memit.batchBytes = newValue
        self = .alphaEdit(values)
      case .ft(var values):
        values.batchBytes = newValue
        self = .ft(values)
      case .mend: break
      }
    }
  }
}
