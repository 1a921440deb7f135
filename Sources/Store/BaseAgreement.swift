extension EditManifest {
  /// Whether the edit can be applied to a base: made for it, and for tensors that it has.
  func check(_ id: EditID, against base: BaseManifest) throws(StoreError) {
    guard self.base == base.fingerprint else {
      throw .otherBase(id, found: self.base, expected: base.fingerprint)
    }
    for delta in deltas {
      guard let tensor = base.tensor(named: delta.tensor) else {
        throw .tensorNotInBase(delta.tensor)
      }
      guard delta.description.shape == tensor.shape else {
        throw .tensorShape(
          delta.tensor, found: delta.description.shape, expected: tensor.shape)
      }
      guard tensor.gridExponent != nil else {
        throw .tensorNotEditable(delta.tensor, tensor.elementType)
      }
    }
  }
}
