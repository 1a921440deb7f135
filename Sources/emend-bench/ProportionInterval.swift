/// Between what bounds a rate lies that was counted in some trials, with 95 % confidence.
///
/// - Source: Wilson's score interval (1927), which stays sensible at 0 and at 1.
struct ProportionInterval {
  let lower: Double
  let upper: Double

  init(successes: Int, of trials: Int) {
    guard trials > 0 else {
      (lower, upper) = (0, 1)
      return
    }
    let z = 1.959_963_985
    let n = Double(trials)
    let p = Double(successes) / n
    let centre = p + z * z / (2 * n)
    let spread = z * (p * (1 - p) / n + z * z / (4 * n * n)).squareRoot()
    lower = max(0, (centre - spread) / (1 + z * z / n))
    upper = min(1, (centre + spread) / (1 + z * z / n))
  }
}
