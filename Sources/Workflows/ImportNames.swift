internal import Checkpoint
internal import Store

/// Finds the base's tensors under the names that other programs give them.
///
/// A model's own names begin with the name of its body (`transformer.h.0…`); some checkpoints on disk
/// leave it out, and some programs add it. A name is taken as it is where the base has it; else one such
/// beginning is taken off or put before it.
struct ImportNames {
  static let beginnings = ["transformer.", "model.", "gpt_neox."]
  private let base: BaseManifest

  init(_ base: BaseManifest) { self.base = base }

  /// The base's tensor of this name.
  ///
  /// - Throws: ``ImportError/unknownTensor(file:name:nearest:)``,
  ///   ``ImportError/notEditable(file:tensor:found:)``.
  func tensor(_ name: String, in file: String) throws(ImportError) -> BaseManifest.Tensor {
    guard let tensor = anyTensor(name) else {
      throw .unknownTensor(file: file, name: name, nearest: nearest(name))
    }
    guard tensor.gridExponent != nil, !tensor.shape.isEmpty else {
      throw .notEditable(
        file: file, tensor: tensor.name, found: "\(tensor.elementType.rawValue) \(tensor.shape)")
    }
    return tensor
  }

  /// The base's tensor of this name, editable or not; `nil` where there is none.
  func anyTensor(_ name: String) -> BaseManifest.Tensor? {
    let shorter = Self.beginnings.filter { name.hasPrefix($0) }
      .map { String(name.dropFirst($0.count)) }
    let candidates = [name] + shorter + Self.beginnings.map { $0 + name }
    return candidates.lazy.compactMap { base.tensor(named: $0) }.first
  }

  /// The weight of a module.
  func weight(ofModule path: String, in file: String) throws(ImportError) -> BaseManifest.Tensor {
    try tensor(path + ".weight", in: file)
  }

  /// The name that shares the longest ending.
  private func nearest(_ name: String) -> String? {
    let reversed = Array(name.utf8.reversed())
    func shared(_ other: String) -> Int {
      zip(reversed, other.utf8.reversed()).prefix { $0 == $1 }.count
    }
    let best = base.tensors.map { ($0.name, shared($0.name)) }.max { $0.1 < $1.1 }
    return best.flatMap { $0.1 > 0 ? $0.0 : nil }
  }
}
