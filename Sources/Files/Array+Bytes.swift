extension Array {
  /// Runs `body` on the bytes of the elements.
  ///
  /// Unlike `withUnsafeBytes`, it rethrows errors with their type.
  package func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try withUnsafeBufferPointer { elements throws(Failure) in
      try body(UnsafeRawBufferPointer(elements))
    }
  }
}
