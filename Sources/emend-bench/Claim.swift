/// A figure and what it must not pass.
struct Claim {
  private let name: String
  private let unit: String
  private let decimals: Int

  init(_ name: String, unit: String, decimals: Int) {
    (self.name, self.unit, self.decimals) = (name, unit, decimals)
  }

  /// Prints a line; false where the figure is larger.
  func atMost(_ goal: Double, _ found: Double, beside: String) -> Bool {
    let isKept = found <= goal
    print(
      "  \(name): \(Figure.fixed(found, decimals)) \(unit) (goal \(Figure.fixed(goal, decimals)); "
        + "\(beside))\(isKept ? "" : "  MISSED")")
    return isKept
  }
}
