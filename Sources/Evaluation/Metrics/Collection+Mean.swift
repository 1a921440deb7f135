extension Collection<Double> {
  /// The mean; `nil` of none.
  var mean: Double? { isEmpty ? nil : reduce(0, +) / Double(count) }
}
