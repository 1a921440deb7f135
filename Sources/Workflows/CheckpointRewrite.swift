internal import Checkpoint
internal import Files

/// What has to be done to write a checkpoint with some tensors changed, or stored in another type.
///
/// Every piece has its place in its file, so pieces are written in any order and by several threads.
struct CheckpointRewrite {
  /// What comes over as it is.
  enum Copy {
    /// A file of weights without a change.
    case file(WeightFile)
    /// A tensor without a change, in a file with one.
    case tensor(TensorView, Place)

    /// The bytes of its tensors.
    var byteCount: Int {
      switch self {
      case .file(let file): file.contents.tensors.reduce(0) { $0 + $1.bytes.count }
      case .tensor(let tensor, _): tensor.bytes.count
      }
    }

    /// What it is called.
    var name: String {
      switch self {
      case .file(let file): file.name
      case .tensor(let tensor, _): tensor.name
      }
    }
  }

  /// A tensor that is changed, or stored in another type.
  struct Computation {
    let tensor: TensorView
    /// What it is stored as.
    let type: ElementType
    /// Where it goes; `nil` where nothing is written.
    let place: Place?
  }

  /// Where a tensor's bytes begin.
  struct Place {
    let file: PiecewiseFile
    let offset: Int
  }

  typealias WeightFile = CheckpointDirectory.WeightFile

  private(set) var copies: [Copy] = []
  private(set) var computations: [Computation] = []

  /// The bytes of all tensors that come over or are computed.
  var byteCount: Int {
    computations.reduce(copies.reduce(0) { $0 + $1.byteCount }) { $0 + $1.tensor.bytes.count }
  }

  /// Whether any file comes over whole.
  var bringsFilesOver: Bool {
    copies.contains { if case .file = $0 { true } else { false } }
  }

  /// Makes the files that are not copied as a whole and writes their headers.
  ///
  /// - Parameters:
  ///   - changed: the tensors that are changed.
  ///   - type: what floating-point tensors are stored as; `nil` keeps each as it is.
  ///   - directory: where the checkpoint is written; `nil` writes nothing.
  init(
    of checkpoint: CheckpointDirectory, changing changed: Set<String>, as type: ElementType?,
    in directory: String?
  ) throws {
    for file in checkpoint.weightFiles {
      let isConverted = file.contents.tensors.contains {
        CheckpointConversion.type(of: $0, as: type) != $0.elementType
      }
      guard isConverted || file.contents.tensors.contains(where: { changed.contains($0.name) })
      else {
        if directory != nil { copies.append(.file(file)) }
        continue
      }
      let output = try directory.map { try PiecewiseFile(creating: $0 + "/" + file.name) }
      let header = CheckpointConversion.header(of: file.contents, as: isConverted ? type : nil)
      try header.withUnsafeBytes { try output?.write($0, at: 0) }
      var offset = header.count
      for tensor in file.contents.tensors {
        let stored = CheckpointConversion.type(of: tensor, as: type)
        let place = output.map { Place(file: $0, offset: offset) }
        offset += tensor.elementCount * stored.byteCount
        if stored != tensor.elementType || changed.contains(tensor.name) {
          computations.append(Computation(tensor: tensor, type: stored, place: place))
        } else if let place {
          copies.append(.tensor(tensor, place))
        }
      }
    }
  }
}
