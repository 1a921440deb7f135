extension ModelArchitecture {
  /// Goes through the matrices and vectors that keep q, k, v of each head together, against the order all q, all k,
  /// all v.
  ///
  /// - Parameters:
  ///   - width: numbers a row.
  ///   - body: gets where a head's part begins where heads are together, where it begins apart, and its numbers.
  func forEachHeadPart(
    width: Int, _ body: (_ together: Int, _ apart: Int, _ count: Int) -> Void
  ) {
    let block = headWidth * width
    for head in 0..<headCount {
      for part in 0..<3 {
        body((head * 3 + part) * block, (part * headCount + head) * block, block)
      }
    }
  }
}
