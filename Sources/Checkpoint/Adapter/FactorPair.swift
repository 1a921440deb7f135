internal import Files

/// Two factors of one weight's change, as they lie in a file.
package struct FactorPair: Sendable {
  /// How the factors are named, and with that what their product is.
  package enum Form: String, Sendable, CaseIterable {
    /// `<weight>.left`, `[p, r]`, and `<weight>.right`, `[q, r]`: left · rightᵀ, `[p, q]`.
    case sides
    /// `<weight>/R`, `[p, r]`, and `<weight>/C`, `[r, q]`: R C.
    case product
    /// `<module>.lora_B.weight`, `[out, r]`, and `<module>.lora_A.weight`, `[r, in]`: scale · B A.
    case lora

    /// The ends of the names, that of the factor with the product's rows first.
    var endings: (first: String, second: String) {
      switch self {
      case .sides: (".left", ".right")
      case .product: ("/R", "/C")
      case .lora: (".lora_B.weight", ".lora_A.weight")
      }
    }
  }

  /// How the factors are named.
  package let form: Form
  /// The weight's name, or with ``Form/lora`` the module's path.
  package let owner: String
  /// The factor with the product's rows: left, R, B.
  package let first: TensorView
  /// The factor with the product's columns: right, C, A.
  package let second: TensorView
  /// What the product is multiplied by.
  package let scale: Double

  /// The number of directions.
  package var rank: Int { Self.extents(first.shape).columns }

  /// The product's extents.
  package var extents: (rows: Int, columns: Int) {
    let second = Self.extents(second.shape)
    return (Self.extents(first.shape).rows, form == .sides ? second.rows : second.columns)
  }

  /// All pairs of a file, in the order of their owners' names.
  ///
  /// - Parameter isCopy: whether a tensor that is no factor is one of the base's, as it is there.
  /// - Throws: ``AdapterError`` for whatever is no pair of floating matrices of one rank; nothing else is left
  ///   out silently.
  package static func all(
    in file: SafetensorsFile, forms: [Form] = Form.allCases, scale: (String) -> Double = { _ in 1 },
    passingOver isCopy: (TensorView) -> Bool = { _ in false }
  ) throws(AdapterError) -> [FactorPair] {
    let path = file.file.path
    var pairs: [FactorPair] = []
    for tensor in file.tensors {
      guard let (form, owner, isFirst) = role(of: tensor.name, forms) else {
        guard !isCopy(tensor) else { continue }
        throw .strayTensor(file: path, tensor: tensor.name, isAdapter: forms == [.lora])
      }
      let otherName = owner + (isFirst ? form.endings.second : form.endings.first)
      guard let other = file.tensor(named: otherName) else {
        throw .unpaired(file: path, tensor: tensor.name, missing: otherName)
      }
      guard tensor.elementType.isFloating, (1...2).contains(tensor.shape.count),
        tensor.shape.allSatisfy({ $0 > 0 && $0 <= Int(Int32.max) })
      else {
        throw .notMatrix(
          file: path, tensor: tensor.name, found: "\(tensor.elementType.rawValue) \(tensor.shape)")
      }
      guard isFirst, other.shape.count <= 2 else { continue }
      let rank = extents(tensor.shape).columns
      let extents = extents(other.shape)
      let found = form == .sides ? extents.columns : extents.rows
      guard found == rank else {
        throw .rank(file: path, tensor: otherName, found: found, expected: rank)
      }
      pairs.append(
        FactorPair(form: form, owner: owner, first: tensor, second: other, scale: scale(owner)))
    }
    guard !pairs.isEmpty else { throw .noPairs(file: path) }
    return pairs.sorted { $0.owner.utf8.lexicographicallyPrecedes($1.owner.utf8) }
  }

  private static func role(
    of name: String, _ forms: [Form]
  ) -> (form: Form, owner: String, isFirst: Bool)? {
    for form in forms {
      for (ending, isFirst) in [(form.endings.first, true), (form.endings.second, false)] {
        guard name.hasSuffix(ending), name.utf8.count > ending.utf8.count else { continue }
        return (form, String(name.dropLast(ending.count)), isFirst)
      }
    }
    return nil
  }

  /// A vector is a matrix of one column.
  private static func extents(_ shape: [Int]) -> (rows: Int, columns: Int) {
    (shape.first ?? 1, shape.count > 1 ? shape[1] : 1)
  }

  /// The elements of a factor in float64, row-major.
  ///
  /// - Throws: ``AdapterError/notFinite(file:tensor:index:)``.
  package static func numbers(of tensor: TensorView) throws(AdapterError) -> [Double] {
    var numbers = [Double](repeating: 0, count: tensor.elementCount)
    numbers.withUnsafeMutableBufferPointer { tensor.elementType.widen(tensor.bytes, into: $0) }
    if let index = numbers.firstIndex(where: { !$0.isFinite }) {
      throw .notFinite(file: tensor.file.path, tensor: tensor.name, index: index)
    }
    return numbers
  }
}
