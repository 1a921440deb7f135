/// What a checkpoint's manifest says of one tensor.
package struct TensorRecord: Sendable, Equatable {
  /// Name, type and extents.
  package let declaration: TensorDeclaration
  /// The SHA-256 of its bytes.
  package let digest: Digest
  /// The largest |w| of its finite elements, 0 if it has none; `nil` for types that are not floating.
  package let largestMagnitude: Double?

  /// As in the checkpoint.
  package var name: String { declaration.name }
  /// How the numbers are stored.
  package var elementType: ElementType { declaration.elementType }
  /// The extents, outermost first.
  package var shape: [Int] { declaration.shape }

  /// Makes a record, for example one that was stored.
  package init(declaration: TensorDeclaration, digest: Digest, largestMagnitude: Double?) {
    self.declaration = declaration
    self.digest = digest
    self.largestMagnitude = largestMagnitude
  }
}
