import Checkpoint
import Foundation
import LinearAlgebra
import TestSupport
import Transformer

/// A copy of a family's checkpoint with something changed, in a directory of its own.
struct ChangedCheckpoint {
  /// Gone with the last reference to it.
  let directory: TemporaryDirectory

  /// Copies a checkpoint.
  ///
  /// - Parameters:
  ///   - settings: members of `config.json` as JSON text; `nil` takes the member away.
  ///   - tensors: changes the weights, which are written in one file.
  init(
    of family: String, settings: [String: String?] = [:],
    tensors change: (inout [TinySafetensors.Tensor]) -> Void = { _ in }
  ) throws {
    let source = try CheckpointDirectory(path: Fixture.path("families/\(family)"))
    directory = try TemporaryDirectory()
    let json = try JSONSerialization.jsonObject(with: Data(source.configurationBytes))
    var members = json as? [String: Any] ?? [:]
    for (key, text) in settings {
      members[key] = try text.map {
        try JSONSerialization.jsonObject(with: Data($0.utf8), options: .fragmentsAllowed)
      }
    }
    try directory.write(
      [UInt8](try JSONSerialization.data(withJSONObject: members)), to: "config.json")
    var tensors = try source.tensors.map { entry in
      let view = try source.tensor(named: entry.declaration.name)
      return TinySafetensors.Tensor(
        view.name, view.elementType.rawValue, view.shape, [UInt8](view.bytes))
    }
    change(&tensors)
    try directory.write(TinySafetensors.file(tensors), to: "model.safetensors")
  }

  /// Opens it.
  func model() throws -> DecoderModel {
    try DecoderModel(CheckpointDirectory(path: directory.path), workers: Workers(1))
  }
}

extension [TinySafetensors.Tensor] {
  /// Replaces a tensor, or takes it away.
  mutating func change(
    _ name: String, _ body: (TinySafetensors.Tensor) -> TinySafetensors.Tensor?
  ) {
    guard let index = firstIndex(where: { $0.name == name }) else { return }
    let old = remove(at: index)
    if let new = body(old) { insert(new, at: index) }
  }
}
