extension ElementType {
  /// Turns stored elements into float32: exact from float16, bfloat16 and float32, rounded to nearest from
  /// float64.
  ///
  /// - Parameter bytes: `destination.count` elements, little-endian, at any address.
  /// - Precondition: ``isFloating``, and the counts agree.
  package func widen(
    _ bytes: UnsafeRawBufferPointer, into destination: UnsafeMutableBufferPointer<Float>
  ) {
    requireCounts(bytes.count, destination.count)
    guard let source = bytes.baseAddress, let target = destination.baseAddress else { return }
    switch self {
    case .float16:
      for i in 0..<destination.count {
        target[i] = HalfPrecision.widen(float16: source.element(i))
      }
    case .bfloat16:
      for i in 0..<destination.count {
        target[i] = HalfPrecision.widen(bfloat16: source.element(i))
      }
    case .float32: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
    case .float64: for i in 0..<destination.count { target[i] = Float(source.element(i) as Double) }
    default: preconditionFailure("\(rawValue) is no floating type")
    }
  }

  /// Turns stored elements into float64, exactly.
  ///
  /// - Parameter bytes: `destination.count` elements, little-endian, at any address.
  /// - Precondition: ``isFloating``, and the counts agree.
  package func widen(
    _ bytes: UnsafeRawBufferPointer, into destination: UnsafeMutableBufferPointer<Double>
  ) {
    requireCounts(bytes.count, destination.count)
    guard let source = bytes.baseAddress, let target = destination.baseAddress else { return }
    switch self {
    case .float16:
      for i in 0..<destination.count {
        target[i] = Double(HalfPrecision.widen(float16: source.element(i)))
      }
    case .bfloat16:
      for i in 0..<destination.count {
        target[i] = Double(HalfPrecision.widen(bfloat16: source.element(i)))
      }
    case .float32: for i in 0..<destination.count { target[i] = Double(source.element(i) as Float) }
    case .float64: UnsafeMutableRawPointer(target).copyMemory(from: source, byteCount: bytes.count)
    default: preconditionFailure("\(rawValue) is no floating type")
    }
  }

  /// Rounds float64 numbers to stored elements, once, to nearest with ties to even.
  ///
  /// - Parameter bytes: room for `source.count` elements, at any address.
  /// - Precondition: ``isFloating``, and the counts agree.
  package func narrow(
    _ source: UnsafeBufferPointer<Double>, into bytes: UnsafeMutableRawBufferPointer
  ) {
    requireCounts(bytes.count, source.count)
    guard let target = bytes.baseAddress, let numbers = source.baseAddress else { return }
    switch self {
    case .float16:
      for i in 0..<source.count { target.setElement(i, HalfPrecision.float16(numbers[i])) }
    case .bfloat16:
      for i in 0..<source.count { target.setElement(i, HalfPrecision.bfloat16(numbers[i])) }
    case .float32: for i in 0..<source.count { target.setElement(i, Float(numbers[i])) }
    case .float64: target.copyMemory(from: numbers, byteCount: bytes.count)
    default: preconditionFailure("\(rawValue) is no floating type")
    }
  }

  private func requireCounts(_ bytes: Int, _ elements: Int) {
    precondition(bytes == elements * byteCount, "\(bytes) bytes for \(elements) of \(rawValue)")
  }
}

extension UnsafeRawPointer {
  @inline(__always)
  fileprivate func element<Element: BitwiseCopyable>(_ i: Int) -> Element {
    loadUnaligned(fromByteOffset: i &* MemoryLayout<Element>.size, as: Element.self)
  }
}

extension UnsafeMutableRawPointer {
  @inline(__always)
  fileprivate func setElement<Element: BitwiseCopyable>(_ i: Int, _ element: Element) {
    storeBytes(of: element, toByteOffset: i &* MemoryLayout<Element>.size, as: Element.self)
  }
}
